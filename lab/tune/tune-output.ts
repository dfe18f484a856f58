import { withSpread } from '../experiment/cell-groups.ts';
import { type LabCell, plainSettings, withHash } from '../experiment/lab-document.ts';
import { meanOf } from '../experiment/mean.ts';
import {
  FIGURES,
  type Figure,
  figureColumn,
  judgedFigures,
  type Screen,
} from '../experiment/replay-table.ts';
import { judgesRequests, type LabServiceLevel } from '../experiment/service-level.ts';
import { type Column, digits3, textTable } from '../experiment/text-table.ts';
import { DEFAULT_WEIGHTS } from '../experiment/weights.ts';
import type { Interval } from '../measure/block-bootstrap.ts';
import type { Comparison } from './tune-comparison.ts';
import type { ScoredWeights } from './weight-choice.ts';
import { type Difference, figuresOf, halfOf } from './window-halves.ts';

/** Weights that were tried, with a replay for each seed. */
export interface Candidate extends ScoredWeights {
  readonly cells: readonly LabCell[];
}

/** What a search found. */
export interface Tuning {
  readonly candidates: readonly Candidate[];
  /** Those that none other beats in goodput, hit rate and balance at once. */
  readonly front: readonly Candidate[];
  /** One of the front. */
  readonly best: Candidate;
  /** The best against the default and against the other policies, as far as they were replayed. */
  readonly comparisons: readonly Comparison[];
  /** Whether there is anything for the overlap weight to weigh. */
  readonly hasSharing: boolean;
  /** False when the user has stopped the search. */
  readonly isComplete: boolean;
}

/** A line of the table: weights of `smart`, or another policy. */
interface Row {
  readonly name: string;
  readonly candidate: Candidate | undefined;
  readonly cells: readonly LabCell[];
  readonly comparison: Comparison | undefined;
  /** Mean over the seeds, in the half of the windows that the choice has not seen. */
  readonly judged: { readonly goodShare: number; readonly ttftMs: number };
}

/** Rows of the front in the table; the file has them all. */
const FRONT_ROWS = 6;

/** Of the whole trace. */
const WHOLE_FIGURES: readonly Figure[] = [
  FIGURES.ttftP50,
  FIGURES.ttftP90,
  FIGURES.ttftP99,
  FIGURES.goodPercent,
  FIGURES.hitPercent,
  FIGURES.imbalance,
];

/** The chosen weights, the default, the front and the other policies, the best goodput first. */
export function tuneTable(
  tuning: Tuning,
  slo: LabServiceLevel,
  { colours, columns: width }: Screen,
): string {
  const ofGood = (column: Column<Row>): Column<Row>[] => (judgesRequests(slo) ? [column] : []);
  const columns: Column<Row>[] = [
    { title: '', align: 'left', isKey: true, cell: ({ name }) => name },
    { title: 'overlap/load/temp.', align: 'left', isKey: true, cell: weightsText },
    ...ofGood({ title: 'judged %', cell: ({ judged }) => digits3(100 * judged.goodShare) }),
    { title: 'judged TTFT', cell: ({ judged }) => digits3(judged.ttftMs) },
    ...ofGood({ title: 'chosen good', cell: differenceCell('goodShare', 'goodInterval') }),
    { title: 'chosen TTFT', cell: differenceCell('ttft', 'ttftInterval') },
    { title: 'chosen do', align: 'left', cell: ({ comparison }) => comparison?.verdict ?? '' },
    ...judgedFigures(WHOLE_FIGURES, slo).map((figure): Column<Row> => {
      const { title, cell } = figureColumn(figure);
      return { title, cell: ({ cells }) => cell(cells) };
    }),
  ];
  const rows = rowsOf(tuning).toSorted(
    (a, b) => b.judged.goodShare - a.judged.goodShare || a.judged.ttftMs - b.judged.ttftMs,
  );
  return textTable(columns, rows, colours, width);
}

function weightsText({ candidate }: Row): string {
  if (candidate === undefined) return '';
  const { kvOverlapWeight, loadBalanceWeight, routerTemperature } = candidate.weights;
  return `${kvOverlapWeight}/${loadBalanceWeight}/${routerTemperature}`;
}

/** What the chosen have over a row, in points or percent, and half of its interval. */
function differenceCell(
  figure: 'goodShare' | 'ttft',
  interval: 'goodInterval' | 'ttftInterval',
): (row: Row) => string {
  return ({ comparison }) => {
    if (comparison === undefined) return '';
    const { low = 0, high = 0 } = comparison.difference[interval] ?? {};
    return withSpread(100 * comparison.difference[figure], 50 * (high - low), signed);
  };
}

function rowsOf({ candidates, front, best, comparisons, isComplete }: Tuning): Row[] {
  const isDefault = ({ weights }: Candidate): boolean => weights === DEFAULT_WEIGHTS;
  const others = front.toSorted((a, b) => b.goodShare - a.goodShare).slice(0, FRONT_ROWS);
  const shown = candidates.filter(
    (each) => each === best || isDefault(each) || others.includes(each),
  );
  const nameOf = (candidate: Candidate): string => {
    if (candidate !== best) return isDefault(candidate) ? 'default' : '';
    const chosen = isComplete ? 'chosen' : 'best so far';
    return isDefault(candidate) ? `${chosen}, default` : chosen;
  };
  const rowOf = (name: string, cells: readonly LabCell[], candidate?: Candidate): Row => {
    const judged = cells.map(({ result }) => figuresOf(halfOf(result.windows, 'judging')));
    return {
      name,
      candidate,
      cells,
      comparison: comparisons.find(({ against }) => against === name),
      judged: {
        goodShare: meanOf(judged.map(({ goodShare }) => goodShare)),
        ttftMs: meanOf(judged.map(({ ttftMs }) => ttftMs)),
      },
    };
  };
  return [
    ...shown.map((candidate) => rowOf(nameOf(candidate), candidate.cells, candidate)),
    ...comparisons
      .filter(({ against }) => against !== 'default')
      .map(({ against, cells }) => rowOf(against, cells)),
  ];
}

/** `+1.2 points good (+0.4 to +2.0), -3 % TTFT (-6 to -1)` */
export function differenceText({
  goodShare,
  goodInterval,
  ttft,
  ttftInterval,
}: Difference): string {
  return (
    `${signed(100 * goodShare)} points good ${rangeText(goodInterval)}, ` +
    `${signed(100 * ttft)} % TTFT ${rangeText(ttftInterval)}`
  );
}

function rangeText(interval: Interval | null): string {
  return interval === null
    ? '(unknown)'
    : `(${signed(100 * interval.low)} to ${signed(100 * interval.high)})`;
}

function signed(value: number): string {
  const text = value.toFixed(1);
  if (Number(text) === 0) return '0.0';
  return value > 0 ? `+${text}` : text;
}

/** All that was tried, as JSON that is the same for the same requests, settings and seeds. */
export function tuneJson(common: object, seeds: readonly number[], tuning: Tuning): string {
  const { candidates, front, best, comparisons, hasSharing, isComplete } = tuning;
  const [base] = best.cells;
  return withHash({
    fakeaiTune: 1,
    isComplete,
    common,
    settings: base === undefined ? null : plainSettings(base.settings),
    seeds,
    chosen: best.weights,
    hasSharing,
    comparisons: comparisons.map(({ cells, ...comparison }) => comparison),
    candidates: candidates.map((candidate) => {
      const { cells, ...figures } = candidate;
      return { ...figures, isOnFront: front.includes(candidate) };
    }),
  }).json;
}
