import { axisX, gridX, line, pointer, ruleY, tip } from '@observablehq/plot';
import { CURVE_SHARES } from '../../measure/replay-result.ts';
import { durationText, NO_FIGURE, percentText, roundDurationText } from '../figure-text.ts';
import type { ReportView, RunView } from '../report-view.ts';
import { axisSpan, FLOOR_MS } from './axis-span.ts';
import { chart, plotWidth } from './chart.ts';
import { DurationAxis } from './duration-axis.ts';
import { type Figure, type Scene, styleOf } from './figure.ts';
import type { DataTable } from './frame.ts';
import { legend } from './legend.ts';
import { levelX } from './level.ts';

/** Shares that the table behind the plot has a row for. */
const TABLE_SHARES = [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999, 1];

/** The service level belongs on the axis if that makes it no more than this much longer. */
const STRETCH_MAX = 1.5;

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

  draw(scene: Scene): readonly Element[] {
    const { view, runs, width } = scene;
    const curves = runs.map((run) => ({ policy: run.policy, points: this.#points(view, run) }));
    const points = curves.flatMap((curve) => curve.points);
    if (points.length === 0) return [];
    const bound = this.#bound(view);
    const { least, greatest, share } = axisSpan(
      runs.map(this.#values).filter((values) => values.length > 0),
    );
    const axis = durationAxis(least, greatest, bound);
    const ticks = axis.ticks(plotWidth(width));
    const drawn = chart({
      width,
      label: `${this.#name}: cumulative distribution by policy`,
      x: { type: 'log', domain: axis.domain },
      y: { label: this.#share, percent: true, domain: [0, 100] },
      marks: [
        gridX(ticks),
        // The axis of a logarithm would leave the names of some ticks out.
        axisX(ticks, { text: roundDurationText, label: `${this.#name}, p1 to p${share * 100}` }),
        ruleY([0]),
        curves.map((curve) => {
          const { color, dash } = styleOf(view, curve.policy);
          return line(curve.points, {
            x: 'ms',
            y: 'share',
            stroke: color,
            strokeDasharray: dash,
            strokeWidth: 2,
            clip: true,
          });
        }),
        bound === null ? [] : levelX(bound, axis.at(bound), `SLO ${roundDurationText(bound)}`),
        tip(
          onAxis(points, axis),
          pointer({ x: 'ms', y: 'share', title: 'title', lineHeight: 1.3 }),
        ),
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

/** Spans that, and the service level where it is near. */
function durationAxis(least: number, greatest: number, bound: number | null): DurationAxis {
  const isNear = bound !== null && bound > least / STRETCH_MAX && bound < greatest * STRETCH_MAX;
  return isNear
    ? new DurationAxis(Math.min(least, bound), Math.max(greatest, bound))
    : new DurationAxis(least, greatest);
}

function onAxis(points: readonly Point[], axis: DurationAxis): Point[] {
  return points.filter(({ ms }) => axis.at(ms) >= 0 && axis.at(ms) <= 1);
}
