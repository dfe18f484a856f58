import type { CommandContext } from '../commands/command-context.ts';
import { groupBySetting, meanAndSpread, settingColumns } from './cell-groups.ts';
import type { LabCell } from './lab-document.ts';
import { shareOfBound } from './replay-notes.ts';
import { type Column, digits3, textTable } from './text-table.ts';

/** What a table is printed on. */
export type Screen = Pick<CommandContext, 'colours' | 'columns'>;

export interface Figure {
  readonly title: string;
  readonly value: (cell: LabCell) => number | null;
  readonly format?: (value: number) => string;
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
  ttftP50: { title: 'TTFT p50', value: ({ result }) => result.latencies.ttftMs.p50 },
  ttftP90: { title: 'TTFT p90', value: ({ result }) => result.latencies.ttftMs.p90 },
  ttftP99: { title: 'TTFT p99', value: ({ result }) => result.latencies.ttftMs.p99 },
  itlP50: { title: 'ITL p50', value: ({ result }) => result.latencies.itlMs.p50 },
  itlP90: { title: 'ITL p90', value: ({ result }) => result.latencies.itlMs.p90 },
  itlP99: { title: 'ITL p99', value: ({ result }) => result.latencies.itlMs.p99 },
  goodPercent: { title: 'good %', value: ({ result }) => 100 * result.goodShare },
  goodPerSecond: { title: 'good/s', value: ({ result }) => result.goodPerSecond },
  tokens: { title: 'tok/s', value: ({ result }) => result.outputTokensPerSecond },
  hitPercent: { title: 'hit %', value: ({ result }) => percent(result.cache.tokenHitRate) },
  ofBound: { title: 'of max', value: (cell) => percent(shareOfBound(cell)) },
  imbalance: { title: 'max/mean', value: ({ result }) => result.imbalance.maxOverMean },
  speed: {
    title: 'speed',
    value: ({ result, wallSeconds }) => result.seconds / wallSeconds,
    isOff: ({ isFirstOfThread }) => isFirstOfThread,
  },
} as const satisfies Readonly<Record<string, Figure>>;

/** A line for each setting: means over its seeds, with their spread where there are several. */
export function replayTable(cells: readonly LabCell[], { colours, columns }: Screen): string {
  const groups = groupBySetting(cells);
  const figures = Object.values<Figure>(FIGURES).filter(
    ({ isRare, value }) => isRare !== true || cells.some(value),
  );
  const all = [...settingColumns(groups), ...figures.map(figureColumn)];
  return textTable(all, groups, colours, columns);
}

export function figureColumn({
  title,
  value,
  format = digits3,
  isOff,
}: Figure): Column<readonly LabCell[]> {
  const text = (group: readonly LabCell[]): string => meanAndSpread(group.map(value), format);
  if (isOff === undefined) return { title, cell: text };
  return {
    title,
    cell: (group) => {
      const others = group.filter((cell) => !isOff(cell));
      return others.length === 0 ? `*${text(group)}` : text(others);
    },
  };
}

function percent(share: number | null): number | null {
  return share === null ? null : 100 * share;
}

function count(value: number): string {
  return Math.round(value).toString();
}
