import { dot, line, pointer, ruleX, ruleY, tip } from '@observablehq/plot';
import { NO_FIGURE, numberText } from '../figure-text.ts';
import type { PointView, ReportView } from '../report-view.ts';
import { seriesStyle } from '../series-style.ts';
import { chart } from './chart.ts';
import type { DataTable, Figure, Scene } from './figure.ts';
import { legend } from './legend.ts';

interface Point {
  readonly policy: number;
  readonly rate: number;
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
    const drawn = chart({
      width,
      label: 'Goodput against rate by policy',
      x: { label: rateLabel(view), zero: true, nice: true, ticks: width / 80 },
      y: { label: 'Goodput (req/s)', zero: true, nice: true },
      marks: [
        ruleY([0]),
        policies.map((policy) => {
          const own = points.filter((point) => point.policy === policy);
          const { color, dash, symbol } = seriesStyle(policy);
          return [
            ruleX(own, { x: 'rate', y1: 'least', y2: 'greatest', stroke: color, strokeWidth: 1.5 }),
            line(own, {
              x: 'rate',
              y: 'mean',
              stroke: color,
              strokeDasharray: dash,
              strokeWidth: 2,
            }),
            dot(own, {
              x: 'rate',
              y: 'mean',
              stroke: color,
              fill: color,
              fillOpacity: 0.3,
              symbol,
              r: 4,
            }),
          ];
        }),
        tip(points, pointer({ x: 'rate', y: 'mean', title: 'title', lineHeight: 1.3 })),
      ],
    });
    return [legend(scene, { line: true, symbol: true }), drawn];
  },

  table(scene): DataTable {
    const { view, runs } = scene;
    const points = goodputPoints(scene);
    const rates = [...new Set(points.map(({ rate }) => rate))];
    return {
      headings: [rateLabel(view), ...runs.map(({ policy }) => view.policies[policy] ?? '')],
      rows: rates.map((rate) => [
        String(rate),
        ...runs.map(({ policy }) => {
          const point = points.find((other) => other.rate === rate && other.policy === policy);
          return point === undefined ? NO_FIGURE : numberText(point.mean);
        }),
      ]),
    };
  },
};

function rateLabel({ rateUnit }: ReportView): string {
  return rateUnit === '×' ? 'Arrivals (× the trace’s own speed)' : 'Arrivals (req/s)';
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
    .sort((a, b) => a.rate - b.rate);
}

function summaryPoint({ policies, settings }: ReportView, seeds: readonly PointView[]): Point[] {
  const [first] = seeds;
  if (first === undefined) return [];
  const values = seeds.map(({ goodPerSecond }) => goodPerSecond);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const { policy, setting } = first;
  const { rate = 0, label = '' } = settings[setting] ?? {};
  return [
    {
      policy,
      rate,
      mean,
      least: Math.min(...values),
      greatest: Math.max(...values),
      title: `${policies[policy]}\n${label}: ${numberText(mean)} req/s good`,
    },
  ];
}
