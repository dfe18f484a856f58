import { SETTINGS } from '../../shared/config/settings.ts';
import type { FinishedCell } from './lab.ts';
import { plainSettings, withHash } from './lab-document.ts';
import { FIGURES, figureColumn, type Screen } from './replay-table.ts';
import { type Column, digits3, textTable } from './text-table.ts';
import type { ScoredWeights } from './weight-choice.ts';
import { DEFAULT_WEIGHTS, WEIGHT_NAMES, WEIGHT_RANGES, type Weights } from './weights.ts';

/** Weights that were tried, with a replay for each seed. */
export interface Candidate extends ScoredWeights {
  readonly cells: readonly FinishedCell[];
}

/** What a search found. */
export interface Tuning {
  readonly candidates: readonly Candidate[];
  /** Those that none other beats in goodput, hit rate and balance at once. */
  readonly front: readonly Candidate[];
  /** One of the front. */
  readonly best: Candidate;
  /** False when the user has stopped the search. */
  readonly isComplete: boolean;
}

/** The weights in a sentence. */
const NAMES_IN_TEXT = {
  kvOverlapWeight: 'overlap weight',
  loadBalanceWeight: 'load balance weight',
  routerTemperature: 'temperature',
} as const;

/** Rows of the front in the table; the file has them all. */
const FRONT_ROWS = 12;

/** The default, the chosen weights and the front, the best goodput first. */
export function tuneTable(tuning: Tuning, { colours, columns: width }: Screen): string {
  const { candidates, front, best, isComplete } = tuning;
  const chosen = isComplete ? 'chosen' : 'best so far';
  const isDefault = ({ weights }: Candidate): boolean => weights === DEFAULT_WEIGHTS;
  const others = front.toSorted((a, b) => b.goodShare - a.goodShare).slice(0, FRONT_ROWS);
  const rows = candidates.filter(
    (each) => each === best || isDefault(each) || others.includes(each),
  );
  const columns: Column<Candidate>[] = [
    {
      title: '',
      align: 'left',
      cell: (row) => (row === best ? chosen : isDefault(row) ? 'default' : ''),
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
    width,
  );
}

/** All that was tried, as JSON that is the same for the same requests, settings and seeds. */
export function tuneJson(common: object, seeds: readonly number[], tuning: Tuning): string {
  const { candidates, front, best, isComplete } = tuning;
  const [base] = best.cells;
  return withHash({
    fakeaiTune: 1,
    isComplete,
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

/** A line for each weight that could be better still, were it not at an end of its range. */
export function rangeEndLines(weights: Weights): string {
  return WEIGHT_NAMES.filter((name) => isAtEnd(name, weights[name]))
    .map(
      (name) =>
        `The best ${NAMES_IN_TEXT[name]} is at the end of what serve accepts (${weights[name]}).\n`,
    )
    .join('');
}

/** A default that lies at an end, such as a temperature of 0, is none that anyone ran into. */
function isAtEnd(name: keyof Weights, value: number): boolean {
  const { min, max } = WEIGHT_RANGES[name];
  return value !== DEFAULT_WEIGHTS[name] && (value === min || value === max);
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
