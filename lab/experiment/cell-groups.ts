import type { CellSettings } from './lab-cell.ts';
import type { Arrivals } from './lab-trace.ts';
import { meanOf } from './mean.ts';
import type { Column } from './text-table.ts';

/** Something that was found for one cell of a grid. */
interface OfCell {
  readonly settings: CellSettings;
}

/** Settings that a table may tell apart, each with the title of its column. */
const TITLES: readonly (readonly [Exclude<keyof CellSettings, 'seed'>, string])[] = [
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

/** Puts together what differs in nothing but the seed, in order of first appearance. */
export function groupBySetting<Cell extends OfCell>(cells: readonly Cell[]): Cell[][] {
  const groups = new Map<string, Cell[]>();
  for (const cell of cells) {
    const key = TITLES.map(([name]) => settingText(cell.settings, name)).join(' ');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [cell]);
    else group.push(cell);
  }
  return [...groups.values()];
}

/** A column for the policy, and one for every other setting that is not the same in all groups. */
export function settingColumns<Cell extends OfCell>(
  groups: readonly (readonly Cell[])[],
): Column<readonly Cell[]>[] {
  const text = (group: readonly Cell[], name: keyof CellSettings): string =>
    group[0] === undefined ? '' : settingText(group[0].settings, name);
  return TITLES.filter(
    ([name]) => name === 'policy' || new Set(groups.map((group) => text(group, name))).size > 1,
  ).map(([name, title]) => ({
    title,
    isKey: true,
    align: name === 'policy' ? 'left' : 'right',
    cell: (group) => text(group, name),
  }));
}

/**
 * The mean of `values`, and half of their range where they are not all alike, or `leastSpread`
 * where that is more.
 */
export function meanAndSpread(
  values: readonly (number | null)[],
  format: (value: number) => string,
  leastSpread = 0,
): string {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return '-';
  const spread = Math.max(leastSpread, (Math.max(...known) - Math.min(...known)) / 2);
  return withSpread(meanOf(known), spread, format);
}

/** `95.2±0.4`: as many decimals for the spread as the value has; none that rounds to 0. */
export function withSpread(
  value: number,
  spread: number,
  format: (value: number) => string,
): string {
  const text = format(value);
  const decimals = text.split('.')[1]?.length ?? 0;
  const rounded = spread.toFixed(decimals);
  return Number(rounded) === 0 ? text : `${text}±${rounded}`;
}

/** `25/s`, or `2x` for a speed-up. */
export function arrivalsText({ unit, value }: Arrivals): string {
  return unit === 'qps' ? `${value}/s` : `${value}x`;
}

function settingText(settings: CellSettings, name: keyof CellSettings): string {
  if (name === 'profile') return settings.profile.name;
  if (name === 'arrivals') return arrivalsText(settings.arrivals);
  return String(settings[name]);
}
