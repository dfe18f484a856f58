import type { PolicyName } from '../../shared/policy-names.ts';
import type { SchedulerKind } from '../../shared/protocol.ts';
import { type Column, digits3, textTable } from '../experiment/text-table.ts';
import { disagreements, type ParityFigures, type Percentiles } from './parity-figures.ts';
import type { ParityResult } from './parity-run.ts';

/** A case that was run, and what its settings were called. */
export interface CaseResult extends ParityResult {
  readonly engine: SchedulerKind;
  readonly policy: PolicyName;
}

/** One figure of both runs. */
interface Row {
  readonly title: string;
  readonly unit: 'ms' | '%';
  readonly live: number | null;
  readonly replayed: number | null;
}

/** All figures of one case side by side. */
export function caseTable({ live, replayed }: ParityResult, colours: boolean): string {
  return textTable(CASE_COLUMNS, rowsOf(live, replayed), colours);
}

/** A line for each case: what decides whether live and replay agree, and whether they do. */
export function summaryTable(results: readonly CaseResult[], colours: boolean): string {
  return textTable(SUMMARY_COLUMNS, results, colours);
}

function rowsOf(live: ParityFigures, replayed: ParityFigures): Row[] {
  const times = (name: string, a: Percentiles, b: Percentiles): Row[] =>
    (['p50', 'p90', 'p99'] as const).map((at) => ({
      title: `${name} ${at}`,
      unit: 'ms',
      live: a[at],
      replayed: b[at],
    }));
  return [
    ...times('TTFT', live.ttftMs, replayed.ttftMs),
    ...times('ITL', live.itlMs, replayed.itlMs),
    ...times('E2E', live.e2eMs, replayed.e2eMs),
    hitRow(live, replayed),
    ...live.workerShares.map((share, worker): Row => {
      const other = replayed.workerShares[worker] ?? 0;
      return { title: `share of worker-${worker}`, unit: '%', live: share, replayed: other };
    }),
  ];
}

function hitRow(live: ParityFigures, replayed: ParityFigures): Row {
  const [a, b] = [live.blockHitRate, replayed.blockHitRate];
  return { title: 'block hit rate', unit: '%', live: a, replayed: b };
}

const CASE_COLUMNS: readonly Column<Row>[] = [
  { title: '', align: 'left', cell: ({ title }) => title },
  { title: 'live', cell: (row) => valueText(row, row.live) },
  { title: 'replay', cell: (row) => valueText(row, row.replayed) },
  { title: 'difference', cell: differenceText },
];

const SUMMARY_COLUMNS: readonly Column<CaseResult>[] = [
  { title: 'engine', align: 'left', cell: ({ engine }) => engine },
  { title: 'policy', align: 'left', cell: ({ policy }) => policy },
  { title: 'TTFT p50 live', cell: ({ live }) => `${digits3(live.ttftMs.p50)} ms` },
  { title: 'replay', cell: ({ replayed }) => `${digits3(replayed.ttftMs.p50)} ms` },
  {
    title: 'difference',
    cell: ({ live: { ttftMs: a }, replayed: { ttftMs: b } }) =>
      differenceText({ title: '', unit: 'ms', live: a.p50, replayed: b.p50 }),
  },
  { title: 'hit rate live', cell: ({ live }) => shareText(live.blockHitRate) },
  { title: 'replay', cell: ({ replayed }) => shareText(replayed.blockHitRate) },
  { title: 'difference', cell: ({ live, replayed }) => differenceText(hitRow(live, replayed)) },
  { title: 'largest share gap', cell: shareGapText },
  {
    title: 'agree',
    align: 'left',
    cell: ({ live, replayed }) => (disagreements(live, replayed).length === 0 ? 'yes' : 'no'),
  },
];

function valueText({ unit }: Row, value: number | null): string {
  return unit === '%' ? shareText(value) : `${digits3(value)} ms`;
}

function shareText(share: number | null): string {
  return share === null ? '-' : `${(100 * share).toFixed(2)} %`;
}

/** Of times as a share of the replay's, of shares in points. */
function differenceText({ unit, live, replayed }: Row): string {
  if (live === null || replayed === null) return '-';
  if (unit === '%') return `${signed(100 * (live - replayed))} points`;
  return replayed === 0 ? '-' : `${signed((100 * (live - replayed)) / replayed)} %`;
}

/** How far the share of a worker differs at most. */
function shareGapText({ live, replayed }: CaseResult): string {
  const gaps = live.workerShares.map((share, worker) =>
    Math.abs(share - (replayed.workerShares[worker] ?? 0)),
  );
  return `${(100 * Math.max(...gaps)).toFixed(2)} points`;
}

function signed(value: number): string {
  const text = value.toFixed(2);
  return value > 0 ? `+${text}` : text === '-0.00' ? '0.00' : text;
}
