import type { Interval } from '../measure/block-bootstrap.ts';
import type { Spread } from '../measure/window-tally.ts';
import { groupBySetting, meanAndSpread, settingColumns } from './cell-groups.ts';
import type { LabCell } from './lab-document.ts';
import { meanOf } from './mean.ts';
import { shareOfBound } from './replay-notes.ts';
import { boundName, brokenBounds, judgesRequests, type LabServiceLevel } from './service-level.ts';
import type { Terminal } from './terminal.ts';
import { type Column, digits3, textTable } from './text-table.ts';

/** What a table is printed on. */
export type Screen = Pick<Terminal, 'colours' | 'columns'>;

export interface Figure {
  readonly title: string;
  readonly value: (cell: LabCell) => number | null;
  readonly format?: (value: number) => string;
  /** Where the figure lies in 95 % of the resamples of the trace's windows. */
  readonly interval?: (spread: Spread) => Interval | null;
  /** Left out of the table where no cell has it. */
  readonly isRare?: boolean;
  /** Cells that are left out of a mean, and marked where there is no other. */
  readonly isOff?: (cell: LabCell) => boolean;
}

/** Latencies in milliseconds, then goodput, cache and balance. */
export const FIGURES = {
  done: { title: 'done', value: ({ result }) => result.requests.finished, format: count },
  rejected: {
    title: 'rejected',
    value: ({ result }) => result.requests.rejected,
    format: count,
    isRare: true,
  },
  ttftP50: {
    title: 'TTFT p50',
    value: ({ result }) => result.latencies.ttftMs.p50,
    interval: ({ ttftMs }) => ttftMs.p50,
  },
  ttftP90: {
    title: 'TTFT p90',
    value: ({ result }) => result.latencies.ttftMs.p90,
    interval: ({ ttftMs }) => ttftMs.p90,
  },
  ttftP99: {
    title: 'TTFT p99',
    value: ({ result }) => result.latencies.ttftMs.p99,
    interval: ({ ttftMs }) => ttftMs.p99,
  },
  itlP50: { title: 'ITL p50', value: ({ result }) => result.latencies.itlMs.p50 },
  itlP90: { title: 'ITL p90', value: ({ result }) => result.latencies.itlMs.p90 },
  itlP99: { title: 'ITL p99', value: ({ result }) => result.latencies.itlMs.p99 },
  goodPercent: {
    title: 'good %',
    value: ({ result }) => 100 * result.goodShare,
    interval: ({ goodShare }) => percentInterval(goodShare),
  },
  goodPerSecond: { title: 'good/s', value: ({ result }) => result.goodPerSecond },
  tokens: { title: 'tok/s', value: ({ result }) => result.outputTokensPerSecond },
  hitPercent: {
    title: 'hit %',
    value: ({ result }) => percent(result.cache.tokenHitRate),
    interval: ({ tokenHitRate }) => percentInterval(tokenHitRate),
  },
  ofBound: { title: 'of max', value: (cell) => percent(shareOfBound(cell)) },
  imbalance: { title: 'max/mean', value: ({ result }) => result.imbalance.maxOverMean },
  speed: {
    title: 'speed',
    value: ({ result, wallSeconds }) => result.seconds / wallSeconds,
    isOff: ({ isFirstOfThread }) => isFirstOfThread,
  },
} as const satisfies Readonly<Record<string, Figure>>;

/** A line for each setting: means over its seeds, with their spread. */
export function replayTable(
  cells: readonly LabCell[],
  slo: LabServiceLevel,
  { colours, columns }: Screen,
): string {
  const groups = groupBySetting(cells);
  const figures = Object.values<Figure>(FIGURES).filter(
    ({ isRare, value }) => isRare !== true || cells.some(value),
  );
  const judged = judgedFigures(figures, slo);
  const served = judged.indexOf(FIGURES.tokens);
  const all = [
    ...settingColumns(groups),
    ...judged.slice(0, served).map(figureColumn),
    ...brokenColumn(slo),
    ...judged.slice(served).map(figureColumn),
  ];
  return textTable(all, groups, colours, columns);
}

/** Without those of good requests where nothing says which are good. */
export function judgedFigures(figures: readonly Figure[], slo: LabServiceLevel): Figure[] {
  const ofGood: readonly Figure[] = [FIGURES.goodPercent, FIGURES.goodPerSecond];
  return figures.filter((figure) => judgesRequests(slo) || !ofGood.includes(figure));
}

/** The bounds over all requests that do not hold, if there are any to hold. */
function brokenColumn(slo: LabServiceLevel): Column<readonly LabCell[]>[] {
  if (slo.percentiles.length === 0) return [];
  const cell = (group: readonly LabCell[]): string => {
    const broken = new Set(group.flatMap(({ result }) => brokenBounds(slo, result)));
    return broken.size === 0 ? 'kept' : [...broken].map(boundName).join(' ');
  };
  return [{ title: 'bounds broken', align: 'left', cell }];
}

export function figureColumn({
  title,
  value,
  format = digits3,
  interval,
  isOff,
}: Figure): Column<readonly LabCell[]> {
  const text = (group: readonly LabCell[]): string =>
    meanAndSpread(group.map(value), format, interval ? halfWidth(group, interval) : 0);
  if (isOff === undefined) return { title, cell: text };
  return {
    title,
    cell: (group) => {
      const others = group.filter((cell) => !isOff(cell));
      return others.length === 0 ? `*${text(group)}` : text(others);
    },
  };
}

/** Half of the interval of a figure, the mean over the replays of a group that have one. */
function halfWidth(
  group: readonly LabCell[],
  interval: (spread: Spread) => Interval | null,
): number {
  const widths = group.flatMap(({ result: { spread } }) => {
    const found = spread === null ? null : interval(spread);
    return found === null ? [] : (found.high - found.low) / 2;
  });
  return widths.length === 0 ? 0 : meanOf(widths);
}

function percentInterval(shares: Interval | null): Interval | null {
  return shares && { low: 100 * shares.low, high: 100 * shares.high };
}

function percent(share: number | null): number | null {
  return share === null ? null : 100 * share;
}

function count(value: number): string {
  return Math.round(value).toString();
}
