import { dot, line, pointer, ruleX, ruleY, tip } from '@observablehq/plot';
import { NO_FIGURE, numberText } from '../figure-text.ts';
import type { PointView, ReportView } from '../report-view.ts';
import { chart } from './chart.ts';
import { type Figure, type Scene, styleOf } from './figure.ts';
import type { DataTable } from './frame.ts';
import { legend } from './legend.ts';

interface Point {
  readonly policy: number;
  readonly setting: number;
  /** Measured, mean over the seeds. */
  readonly arrivalsPerSecond: number;
  /** Goodput, as its mean over the seeds and its ends. */
  readonly mean: number;
  readonly least: number;
  readonly greatest: number;
  readonly title: string;
}

/** Goodput of each policy at every rate, other swept values as in the chosen setting. */
export const GOODPUT_FIGURE: Figure = {
  draw(scene) {
    const { view, width } = scene;
    const points = goodputPoints(scene);
    const policies = [...new Set(points.map(({ policy }) => policy))];
    const most = Math.max(...points.map(({ arrivalsPerSecond }) => arrivalsPerSecond));
    const drawn = chart({
      width,
      label: 'Goodput against rate by policy',
      x: { label: 'Measured arrivals (req/s)', zero: true, nice: true, ticks: width / 80 },
      y: { label: 'Goodput (req/s)', domain: [0, greatestOf(points)], nice: true },
      marks: [
        ruleY([0]),
        line(
          [
            [0, 0],
            [most, most],
          ],
          { strokeDasharray: '2 3', strokeOpacity: 0.7, clip: true },
        ),
        policies.map((policy) => {
          const own = points.filter((point) => point.policy === policy);
          const { color, dash, symbol } = styleOf(view, policy);
          return [
            ruleX(own, {
              x: 'arrivalsPerSecond',
              y1: 'least',
              y2: 'greatest',
              stroke: color,
              strokeWidth: 1.5,
            }),
            line(own, {
              x: 'arrivalsPerSecond',
              y: 'mean',
              stroke: color,
              strokeDasharray: dash,
              strokeWidth: 2,
            }),
            dot(own, {
              x: 'arrivalsPerSecond',
              y: 'mean',
              stroke: color,
              fill: color,
              fillOpacity: 0.3,
              symbol,
              r: 4,
            }),
          ];
        }),
        tip(
          points,
          pointer({ x: 'arrivalsPerSecond', y: 'mean', title: 'title', lineHeight: 1.3 }),
        ),
      ],
    });
    return [legend(scene, { line: true, symbol: true }), drawn];
  },

  table(scene): DataTable {
    const { view, runs } = scene;
    const points = goodputPoints(scene);
    const names = runs.map(({ policy }) => view.policies[policy] ?? '');
    const rows = [...new Set(points.map(({ setting }) => setting))];
    const cellsOf = (setting: number, text: (point: Point) => string): string[] =>
      runs.map(({ policy }) => {
        const point = points.find((other) => other.setting === setting && other.policy === policy);
        return point === undefined ? NO_FIGURE : text(point);
      });
    return {
      headings: [
        'Rate asked for',
        ...names.map((name) => `${name}: arrivals (req/s)`),
        ...names.map((name) => `${name}: good (req/s)`),
      ],
      rows: rows.map((setting) => [
        view.settings[setting]?.label ?? '',
        ...cellsOf(setting, ({ arrivalsPerSecond }) => numberText(arrivalsPerSecond)),
        ...cellsOf(setting, ({ mean }) => numberText(mean)),
      ]),
    };
  },
};

/** Top of the plot: the line on which all are good may leave it. */
function greatestOf(points: readonly Point[]): number {
  return Math.max(...points.map(({ greatest }) => greatest)) || 1;
}

function goodputPoints({ view, setting }: Scene): Point[] {
  const variant = view.settings[setting]?.variant;
  const groups = new Map<string, PointView[]>();
  for (const point of view.points) {
    if (view.settings[point.setting]?.variant !== variant) continue;
    const key = `${point.policy} ${point.setting}`;
    groups.set(key, [...(groups.get(key) ?? []), point]);
  }
  return [...groups.values()]
    .flatMap((seeds) => summaryPoint(view, seeds))
    .sort((a, b) => a.arrivalsPerSecond - b.arrivalsPerSecond);
}

function summaryPoint({ policies, settings }: ReportView, seeds: readonly PointView[]): Point[] {
  const [first] = seeds;
  if (first === undefined) return [];
  const values = seeds.map(({ goodPerSecond }) => goodPerSecond);
  const mean = meanOf(values);
  const arrivalsPerSecond = meanOf(seeds.map((seed) => seed.arrivalsPerSecond));
  const { policy, setting } = first;
  const asked = settings[setting]?.label ?? '';
  const measured = `${numberText(arrivalsPerSecond)} req/s arrived`;
  return [
    {
      policy,
      setting,
      arrivalsPerSecond,
      mean,
      least: Math.min(...values),
      greatest: Math.max(...values),
      title: `${policies[policy]}\n${asked}\n${measured}, ${numberText(mean)} req/s good`,
    },
  ];
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
