import { legend as colorLegend, plot, pointer, raster, tip } from '@observablehq/plot';
import { countText, numberText, percentText } from '../figure-text.ts';
import type { HeatView, RunView } from '../report-view.ts';
import { element } from './dom.ts';
import type { Figure, Scene } from './figure.ts';
import type { DataTable } from './frame.ts';
import { TimeAxis } from './time-axis.ts';

/** Room for the axes of a map. */
const MARGIN_BOTTOM = 34;
const MARGIN_TOP = 8;
const GAP = 24;
const WIDTH_MIN = 330;
const KEY_WIDTH = 320;
/** Room for the number of a worker beside its row. */
const TICK_HEIGHT = 15;

interface Cell {
  readonly time: number;
  readonly worker: number;
  readonly title: string;
}

/** What a heat map shows. */
interface Quantity {
  readonly name: string;
  readonly rows: (heat: HeatView) => readonly (readonly number[])[];
  readonly text: (value: number) => string;
  /** What `text` counts, where it does not say it. */
  readonly unit: string;
  /** What else there is to say of a worker's bucket. */
  readonly more: (heat: HeatView, worker: number, bucket: number) => string;
  /** A share of 0 .. 1, shown in percent. */
  readonly isShare: boolean;
}

/** A map of workers against time for each policy, all in the same scales. */
class HeatMapFigure implements Figure {
  readonly #quantity: Quantity;

  constructor(quantity: Quantity) {
    this.#quantity = quantity;
  }

  draw(scene: Scene): readonly Element[] {
    const { runs, view } = scene;
    const seconds = secondsOf(runs);
    if (seconds === 0) return [];
    const color = this.#colorScale(runs);
    const axis = new TimeAxis(seconds);
    const width = mapWidth(scene.width);
    const maps = runs.map((run) => {
      const name = view.policies[run.policy] ?? '';
      return element('div', {}, element('h4', {}, name), this.#map(run, name, axis, color, width));
    });
    const key: Element = colorLegend({
      color,
      width: KEY_WIDTH,
      ticks: 4,
      tickFormat: this.#quantity.isShare ? (percent: number) => `${percent} %` : String,
      marginLeft: 12,
      marginRight: 24,
      style: { fontSize: '12px' },
    });
    return [key, element('div', { class: 'multiples' }, ...maps)];
  }

  table({ runs, view }: Scene): DataTable {
    const { rows, text } = this.#quantity;
    const workers = Math.max(...runs.map(({ heat }) => rows(heat).length));
    return {
      headings: [
        'Worker',
        ...runs.map(({ policy }) => `${view.policies[policy] ?? ''}: mean (greatest)`),
      ],
      rows: Array.from({ length: workers }, (_, worker) => [
        String(worker),
        ...runs.map(({ heat }) => {
          const row = rows(heat)[worker] ?? [];
          const mean = row.reduce((sum, value) => sum + value, 0) / row.length;
          return `${text(mean)} (${text(Math.max(...row))})`;
        }),
      ]),
    };
  }

  #colorScale(runs: readonly RunView[]) {
    const { name, rows, text, isShare } = this.#quantity;
    const observed = Math.max(
      ...runs.flatMap(({ heat }) => rows(heat).map((row) => Math.max(...row))),
    );
    // Where nothing happened, the least that the scale can end at: 1 request, or 1 %.
    const greatest = Math.max(observed * (isShare ? 100 : 1), 1);
    return {
      type: 'sqrt',
      scheme: 'viridis',
      domain: [0, greatest],
      percent: isShare,
      label: `${name}, at most ${text(observed)}`,
    } as const;
  }

  #map(run: RunView, name: string, axis: TimeAxis, color: object, width: number): Element {
    const { rows, text, unit, more } = this.#quantity;
    const { heat } = run;
    const values = rows(heat);
    const workers = values.length;
    const buckets = values[0]?.length ?? 0;
    const end = axis.at(buckets * heat.bucketSeconds);
    const cells: Cell[] = values.flatMap((row, worker) =>
      row.map((value, bucket) => {
        const seconds = (bucket + 0.5) * heat.bucketSeconds;
        return {
          time: axis.at(seconds),
          worker: worker + 0.5,
          title: `worker ${worker}\n${axis.text(seconds)}: ${text(value)}${unit}${more(heat, worker, bucket)}`,
        };
      }),
    );
    const height = Math.min(260, Math.max(72, workers * 12));
    return plot({
      width,
      height: height + MARGIN_TOP + MARGIN_BOTTOM,
      marginTop: MARGIN_TOP,
      marginBottom: MARGIN_BOTTOM,
      marginLeft: 44,
      marginRight: 14,
      ariaLabel: `${this.#quantity.name} under ${name}`,
      style: { fontSize: '12px' },
      color,
      x: { label: axis.label, domain: [0, axis.end], ticks: width / 70 },
      y: {
        label: 'Worker',
        labelAnchor: 'center',
        labelArrow: 'none',
        domain: [workers, 0],
        // A row is named in its middle.
        ticks: workerTicks(workers, height / TICK_HEIGHT).map((worker) => worker + 0.5),
        tickFormat: (middle: number) => String(middle - 0.5),
      },
      marks: [
        raster(values.flat(), {
          width: buckets,
          height: workers,
          x1: 0,
          x2: end,
          y1: 0,
          y2: workers,
          imageRendering: 'pixelated',
        }),
        tip(cells, pointer({ x: 'time', y: 'worker', title: 'title', lineHeight: 1.3 })),
      ],
    });
  }
}

export const LOAD_FIGURE: Figure = new HeatMapFigure({
  name: 'Requests on the worker',
  rows: (heat) => heat.load,
  text: numberText,
  unit: ' requests',
  more: ({ mostWaiting }, worker, bucket) =>
    `, at most ${countText(mostWaiting[worker]?.[bucket] ?? 0)} waiting`,
  isShare: false,
});

export const KV_USE_FIGURE: Figure = new HeatMapFigure({
  name: 'KV blocks in use',
  rows: (heat) => heat.kvUse,
  text: percentText,
  unit: '',
  more: () => '',
  isShare: true,
});

/** Width of one map, as many beside each other as fit. */
function mapWidth(width: number): number {
  const columns = Math.max(1, Math.floor((width + GAP) / (WIDTH_MIN + GAP)));
  return Math.floor((width - (columns - 1) * GAP) / columns);
}

/** Workers that the axis names, `most` at most: all, or every second, fifth, tenth and so on. */
function workerTicks(workers: number, most: number): number[] {
  const step = [1, 2, 5, 10, 20].find((candidate) => workers / candidate <= most) ?? 50;
  return Array.from({ length: Math.ceil(workers / step) }, (_, tick) => tick * step);
}

function secondsOf(runs: readonly RunView[]): number {
  return Math.max(...runs.map(({ heat }) => (heat.load[0]?.length ?? 0) * heat.bucketSeconds));
}
