import { axisX, gridX, line, pointer, ruleX, ruleY, text, tip } from '@observablehq/plot';
import { CURVE_SHARES } from '../../replay-result.ts';
import { durationText, NO_FIGURE, percentText, roundDurationText } from '../figure-text.ts';
import type { ReportView, RunView } from '../report-view.ts';
import { seriesStyle } from '../series-style.ts';
import { chart } from './chart.ts';
import type { PageElement } from './dom.ts';
import type { DataTable, Figure, Scene } from './figure.ts';
import { legend } from './legend.ts';

/** Shorter than this cannot be told apart on the axis, and a logarithm has no zero. */
const FLOOR_MS = 0.001;
/** Shares that the table behind the plot has a row for. */
const TABLE_SHARES = [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999, 1];

interface Point {
  readonly ms: number;
  readonly share: number;
  readonly title: string;
}

/** The cumulative distribution of a latency, a line for each policy. */
export class CdfFigure implements Figure {
  readonly #name: string;
  readonly #share: string;
  readonly #values: (run: RunView) => readonly number[];
  readonly #bound: (view: ReportView) => number | null;

  /** `share` is of what; `values` are in ms at `CURVE_SHARES`; `bound` is the service level's. */
  constructor(
    name: string,
    share: string,
    values: (run: RunView) => readonly number[],
    bound: (view: ReportView) => number | null,
  ) {
    this.#name = name;
    this.#share = share;
    this.#values = values;
    this.#bound = bound;
  }

  draw(scene: Scene): readonly PageElement[] {
    const { view, runs, width } = scene;
    const curves = runs.map((run) => ({ policy: run.policy, points: this.#points(view, run) }));
    const points = curves.flatMap((curve) => curve.points);
    if (points.length === 0) return [];
    const bound = this.#bound(view);
    const ticks = logTicks(
      points.map(({ ms }) => ms),
      width / 75,
    );
    const drawn = chart({
      width,
      label: `${this.#name}: cumulative distribution by policy`,
      x: { type: 'log' },
      y: { label: this.#share, percent: true, domain: [0, 100] },
      marks: [
        gridX(ticks),
        // The axis of a logarithm would leave the names of some ticks out.
        axisX(ticks, { text: roundDurationText, label: this.#name }),
        ruleY([0]),
        bound === null ? [] : boundMarks(bound),
        curves.map((curve) => {
          const { color, dash } = seriesStyle(curve.policy);
          return line(curve.points, {
            x: 'ms',
            y: 'share',
            stroke: color,
            strokeDasharray: dash,
            strokeWidth: 2,
          });
        }),
        tip(points, pointer({ x: 'ms', y: 'share', title: 'title', lineHeight: 1.3 })),
      ],
    });
    return [legend(scene, { line: true, symbol: false }), drawn];
  }

  table({ view, runs }: Scene): DataTable {
    return {
      headings: ['Share', ...runs.map(({ policy }) => view.policies[policy] ?? '')],
      rows: TABLE_SHARES.map((share) => [
        percentText(share),
        ...runs.map((run) => {
          const ms = this.#values(run)[CURVE_SHARES.indexOf(share)];
          return ms === undefined ? NO_FIGURE : durationText(ms);
        }),
      ]),
    };
  }

  #points({ policies }: ReportView, run: RunView): Point[] {
    return this.#values(run).map((ms, at) => {
      const share = CURVE_SHARES[at] ?? 1;
      const title = `${policies[run.policy]}\n${percentText(share)} within ${durationText(ms)}`;
      return { ms: Math.max(ms, FLOOR_MS), share, title };
    });
  }
}

/** One, two or more round values per decade, as many as there is room for. */
function logTicks(values: readonly number[], most: number): number[] {
  const least = Math.min(...values);
  const greatest = Math.max(...values);
  const first = Math.floor(Math.log10(least));
  const decades = Array.from(
    { length: Math.ceil(Math.log10(greatest)) - first + 1 },
    (_, at) => first + at,
  );
  for (const steps of [
    [1, 2, 3, 5, 7],
    [1, 2, 5],
    [1, 3],
  ]) {
    const ticks = decades
      .flatMap((decade) => steps.map((step) => step * 10 ** decade))
      .filter((tick) => tick >= least && tick <= greatest);
    if (ticks.length <= most) return ticks;
  }
  return decades.map((decade) => 10 ** decade);
}

function boundMarks(ms: number) {
  return [
    ruleX([ms], { strokeOpacity: 0.6, strokeDasharray: '2 3' }),
    text([ms], {
      x: (value: number) => value,
      frameAnchor: 'top',
      dy: -14,
      text: (value: number) => `SLO ${roundDurationText(value)}`,
    }),
  ];
}
