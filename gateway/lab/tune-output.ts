import { KV_CACHE, ROUTER } from '../../shared/config/engine-settings.ts';
import { SETTINGS } from '../../shared/config/settings.ts';
import type { FinishedCell } from './lab.ts';
import { plainSettings, withHash } from './lab-document.ts';
import { FIGURES, figureColumn } from './replay-table.ts';
import { type Column, digits3, textTable } from './text-table.ts';
import type { Weights } from './weight-search.ts';

/** Weights that were tried, with means over the seeds. */
export interface Candidate {
  readonly weights: Weights;
  /** A replay for each seed. */
  readonly cells: readonly FinishedCell[];
  readonly goodShare: number;
  readonly ttftMs: number;
  readonly hitRate: number;
  /** Work of the busiest worker over the mean. */
  readonly imbalance: number;
}

/** What a search found. */
export interface Tuning {
  readonly candidates: readonly Candidate[];
  /** Those that none other beats in goodput, hit rate and balance at once. */
  readonly front: readonly Candidate[];
  readonly best: Candidate;
}

/** The weights of `fakeai serve` when none are set: what a search must beat. */
export const DEFAULT_WEIGHTS: Weights = {
  kvOverlapWeight: KV_CACHE.kvOverlapWeight.default,
  loadBalanceWeight: KV_CACHE.loadBalanceWeight.default,
  routerTemperature: ROUTER.routerTemperature.default,
};

/** Rows of the front in the table; the file has them all. */
const FRONT_ROWS = 12;

/** The default, the chosen weights and the front, the best goodput first. */
export function tuneTable({ candidates, front, best }: Tuning, colours: boolean): string {
  const isDefault = ({ weights }: Candidate): boolean => weights === DEFAULT_WEIGHTS;
  const others = front.toSorted((a, b) => b.goodShare - a.goodShare).slice(0, FRONT_ROWS);
  const rows = candidates.filter(
    (each) => each === best || isDefault(each) || others.includes(each),
  );
  const columns: Column<Candidate>[] = [
    {
      title: '',
      align: 'left',
      cell: (row) => (row === best ? 'chosen' : isDefault(row) ? 'default' : ''),
    },
    { title: 'overlap w.', cell: ({ weights }) => String(weights.kvOverlapWeight) },
    { title: 'load w.', cell: ({ weights }) => String(weights.loadBalanceWeight) },
    { title: 'temp.', cell: ({ weights }) => String(weights.routerTemperature) },
    { title: 'TTFT mean', cell: ({ ttftMs }) => digits3(ttftMs) },
  ];
  const { ttftP50, ttftP99, goodPercent, goodPerSecond, hitPercent, imbalance } = FIGURES;
  for (const figure of [ttftP50, ttftP99, goodPercent, goodPerSecond, hitPercent, imbalance]) {
    const { title, cell } = figureColumn(figure);
    columns.push({ title, cell: ({ cells }) => cell(cells) });
  }
  return textTable(
    columns,
    rows.toSorted((a, b) => b.goodShare - a.goodShare || a.ttftMs - b.ttftMs),
    colours,
  );
}

/** All that was tried, as JSON that is the same for the same requests, settings and seeds. */
export function tuneJson(common: object, seeds: readonly number[], tuning: Tuning): string {
  const { candidates, front, best } = tuning;
  const [base] = best.cells;
  return withHash({
    fakeaiTune: 1,
    common,
    settings: base === undefined ? null : plainSettings(base.settings),
    seeds,
    chosen: best.weights,
    candidates: candidates.map((candidate) => {
      const { cells, ...figures } = candidate;
      return { ...figures, isOnFront: front.includes(candidate) };
    }),
  }).json;
}

/** Weights as settings of `fakeai serve`. */
export function environmentLines(weights: Weights): string {
  const values = new Map<string, string | number>([
    ['routerPolicy', 'smart'],
    ...Object.entries(weights),
  ]);
  return SETTINGS.filter(({ name }) => values.has(name))
    .map(({ name, env }) => `${env}=${values.get(name)}\n`)
    .join('');
}
