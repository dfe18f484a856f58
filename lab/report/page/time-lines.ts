import { dot, line, type Markish, pointer, ruleY, tip, windowY } from '@observablehq/plot';
import { countText, NO_FIGURE, numberText, percentText } from '../figure-text.ts';
import type { RunView } from '../report-view.ts';
import type { SeriesStyle } from '../series-style.ts';
import { chart } from './chart.ts';
import { type Figure, type Scene, styleOf } from './figure.ts';
import type { DataTable } from './frame.ts';
import { boundLevels } from './hit-bound-levels.ts';
import { legend } from './legend.ts';
import { TimeAxis } from './time-axis.ts';

/** Buckets of the moving mean of hit rates, which jump from one bucket to the next. */
const SMOOTHED = 9;

interface Point {
  readonly time: number;
  /** NaN, which a line leaves out, where there is nothing to measure. */
  readonly value: number;
  readonly title: string;
}

/** What a figure of lines over time shows, and how. */
interface Quantity {
  readonly name: string;
  readonly values: (run: RunView) => readonly (number | null)[];
  /** The greatest count at one time of each bucket, where `values` are means of counts. */
  readonly most?: (run: RunView) => readonly number[];
  readonly text: (value: number) => string;
  /** What `text` counts, where it does not say it. */
  readonly unit: string;
  /** Name of the axis. */
  readonly axis: string;
  /** A share of 0 .. 1, shown in percent. */
  readonly isShare: boolean;
  readonly isSmoothed: boolean;
  /** What to compare with. */
  readonly levels: (runs: readonly RunView[]) => Markish;
}

class TimeLinesFigure implements Figure {
  readonly #quantity: Quantity;

  constructor(quantity: Quantity) {
    this.#quantity = quantity;
  }

  draw(scene: Scene): readonly Element[] {
    const { view, runs, width } = scene;
    const { name, isSmoothed, levels } = this.#quantity;
    const axis = timeAxis(runs);
    const curves = runs.map((run) => ({
      policy: run.policy,
      points: this.#points(scene, run, axis),
    }));
    const points = curves.flatMap((curve) => curve.points);
    if (points.length === 0) return [];
    const drawn = chart({
      width,
      label: `${name} over time by policy`,
      x: { label: axis.label, domain: [0, axis.end], ticks: width / 80 },
      y: this.#axis(points),
      marks: [
        ruleY([0]),
        curves.map((curve) => lineMarks(styleOf(view, curve.policy), curve.points, isSmoothed)),
        levels(runs),
        tip(points, pointer({ x: 'time', y: 'value', title: 'title', lineHeight: 1.3 })),
      ],
    });
    return [legend(scene, { line: true, symbol: false }), drawn];
  }

  table({ view, runs }: Scene): DataTable {
    const axis = timeAxis(runs);
    const { values, most, text } = this.#quantity;
    const width = Math.max(...runs.map((run) => run.bucketSeconds));
    const buckets = Math.ceil(secondsOf(runs) / width);
    return {
      headings: [
        axis.label,
        ...runs.map(({ policy }) => (view.policies[policy] ?? '') + (most ? ': mean (most)' : '')),
      ],
      rows: Array.from({ length: buckets }, (_, bucket) => [
        numberText(axis.at(bucket * width)),
        ...runs.map((run) => {
          const at = Math.round((bucket * width) / run.bucketSeconds);
          const value = values(run)[at];
          if (value === undefined || value === null) return NO_FIGURE;
          return most === undefined
            ? text(value)
            : `${text(value)} (${countText(most(run)[at] ?? 0)})`;
        }),
      ]),
    };
  }

  #points({ view }: Scene, run: RunView, axis: TimeAxis): Point[] {
    const { values, most, text, unit } = this.#quantity;
    return values(run).map((value, bucket) => {
      const seconds = (bucket + 0.5) * run.bucketSeconds;
      const atMost = most === undefined ? '' : `, at most ${countText(most(run)[bucket] ?? 0)}`;
      const shown = value === null ? NO_FIGURE : text(value) + unit + atMost;
      return {
        time: axis.at(seconds),
        value: value ?? Number.NaN,
        title: `${view.policies[run.policy]}\n${axis.text(seconds)}: ${shown}`,
      };
    });
  }

  /** From 0 to the greatest value; to 1 where all are 0, and a share to no more than all. */
  #axis(points: readonly Point[]): Parameters<typeof chart>[0]['y'] {
    const { axis, isShare } = this.#quantity;
    const known = points.map(({ value }) => value).filter((value) => value > 0);
    const greatest = known.length === 0 ? 1 : Math.max(...known);
    if (isShare) {
      return { label: axis, percent: true, domain: [0, Math.ceil(greatest * 10) * 10] };
    }
    return known.length === 0
      ? { label: axis, domain: [0, 1], ticks: [0, 1], tickFormat: String }
      : { label: axis, domain: [0, greatest], nice: true };
  }
}

export const HIT_RATE_FIGURE: Figure = new TimeLinesFigure({
  name: 'Hit rate',
  values: (run) => run.tokenHitRate,
  text: percentText,
  unit: '',
  axis: 'Cached prompt tokens (%)',
  isShare: true,
  isSmoothed: true,
  levels: boundLevels,
});

export const QUEUE_FIGURE: Figure = new TimeLinesFigure({
  name: 'Queue depth',
  values: (run) => run.queue,
  most: (run) => run.queueMost,
  text: numberText,
  unit: ' waiting',
  axis: 'Waiting requests',
  isShare: false,
  isSmoothed: false,
  levels: () => [],
});

function lineMarks(
  { color, dash }: SeriesStyle,
  points: readonly Point[],
  isSmoothed: boolean,
): Markish {
  const style = { x: 'time', y: 'value', stroke: color, strokeDasharray: dash, strokeWidth: 1.75 };
  if (!isSmoothed) return line(points, style);
  return [
    dot(points, { x: 'time', y: 'value', fill: color, fillOpacity: 0.35, r: 1.2 }),
    line(points, windowY({ k: SMOOTHED, anchor: 'middle' }, style)),
  ];
}

function secondsOf(runs: readonly RunView[]): number {
  return Math.max(...runs.map(({ queue, bucketSeconds }) => queue.length * bucketSeconds));
}

function timeAxis(runs: readonly RunView[]): TimeAxis {
  return new TimeAxis(secondsOf(runs));
}
