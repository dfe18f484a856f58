import type { CellSettings } from './lab-cell.ts';
import type { LabCell } from './lab-document.ts';
import { type Column, digits3, textTable } from './text-table.ts';

/** Replays that differ in nothing but the seed. */
type Group = readonly LabCell[];

/** A line for each setting: means over its seeds, with their spread where there are several. */
export function replayTable(cells: readonly LabCell[], colours: boolean): string {
  const groups = groupBySetting(cells);
  const figures = FIGURES.filter(({ isRare, value }) => isRare !== true || cells.some(value));
  const columns = [...settingColumns(cells), ...figures.map(figureColumn)];
  return textTable(columns, groups, colours);
}

interface Figure {
  readonly title: string;
  readonly value: (cell: LabCell) => number | null;
  readonly format?: (value: number) => string;
  /** Left out of the table where no cell has it. */
  readonly isRare?: boolean;
}

const FIGURES: readonly Figure[] = [
  { title: 'done', value: ({ result }) => result.requests.finished, format: count },
  {
    title: 'rejected',
    value: ({ result }) => result.requests.rejected,
    format: count,
    isRare: true,
  },
  { title: 'TTFT p50', value: ({ result }) => result.latencies.ttftMs.p50 },
  { title: 'p99 ms', value: ({ result }) => result.latencies.ttftMs.p99 },
  { title: 'ITL p50', value: ({ result }) => result.latencies.itlMs.p50 },
  { title: 'p99 ms', value: ({ result }) => result.latencies.itlMs.p99 },
  { title: 'tok/s', value: ({ result }) => result.outputTokensPerSecond },
  { title: 'good %', value: ({ result }) => 100 * result.goodShare },
  { title: 'good/s', value: ({ result }) => result.goodPerSecond },
  { title: 'hit %', value: ({ result }) => percent(result.cache.tokenHitRate) },
  { title: 'of max', value: (cell) => percent(shareOfBound(cell)) },
  { title: 'max/mean', value: ({ result }) => result.imbalance.maxOverMean },
  { title: 'speed', value: ({ result, wallSeconds }) => result.seconds / wallSeconds },
];

function count(value: number): string {
  return Math.round(value).toString();
}

/** Token hit rate over what no policy can exceed. */
function shareOfBound({ result, bound }: LabCell): number | null {
  const rate = result.cache.tokenHitRate;
  if (bound === undefined || rate === null || bound.tokenHitRate === 0) return null;
  return rate / bound.tokenHitRate;
}

function percent(share: number | null): number | null {
  return share === null ? null : 100 * share;
}

function figureColumn({ title, value, format = digits3 }: Figure): Column<Group> {
  return {
    title,
    cell: (group) => {
      const values = group.map(value).filter((number) => number !== null);
      if (values.length === 0) return '-';
      const mean = values.reduce((sum, number) => sum + number, 0) / values.length;
      const spread = (Math.max(...values) - Math.min(...values)) / 2;
      return spread === 0 ? format(mean) : `${format(mean)}±${format(spread)}`;
    },
  };
}

/** The policy, and whatever else is not the same in all cells. */
function settingColumns(cells: readonly LabCell[]): Column<Group>[] {
  const names = SETTING_TITLES.filter(
    ([name]) =>
      name === 'policy' ||
      new Set(cells.map(({ settings }) => settingText(settings, name))).size > 1,
  );
  return names.map(([name, title]) => ({
    title,
    align: name === 'policy' ? 'left' : 'right',
    cell: ([cell]) => (cell === undefined ? '' : settingText(cell.settings, name)),
  }));
}

const SETTING_TITLES: readonly (readonly [Exclude<keyof CellSettings, 'seed'>, string])[] = [
  ['policy', 'policy'],
  ['workers', 'workers'],
  ['arrivals', 'rate'],
  ['engine', 'engine'],
  ['profile', 'profile'],
  ['blockSize', 'block'],
  ['kvBlocks', 'KV blocks'],
  ['maxNumSeqs', 'seqs'],
  ['maxNumBatchedTokens', 'batch'],
  ['maxWaiting', 'queue'],
  ['kvOverlapWeight', 'overlap w.'],
  ['loadBalanceWeight', 'load w.'],
  ['routerTemperature', 'temp.'],
  ['stalenessMs', 'stale ms'],
  ['remoteFetchGBps', 'fetch GB/s'],
];

function settingText(settings: CellSettings, name: keyof CellSettings): string {
  if (name === 'profile') return settings.profile.name;
  if (name === 'arrivals') {
    const { unit, value } = settings.arrivals;
    return unit === 'qps' ? `${value}/s` : `${value}x`;
  }
  return String(settings[name]);
}

function groupBySetting(cells: readonly LabCell[]): Group[] {
  const groups = new Map<string, LabCell[]>();
  for (const cell of cells) {
    const key = SETTING_TITLES.map(([name]) => settingText(cell.settings, name)).join(' ');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [cell]);
    else group.push(cell);
  }
  return [...groups.values()];
}
