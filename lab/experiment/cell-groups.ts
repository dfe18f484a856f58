import { AXIS_ROWS } from './axes.ts';
import { axisText } from './axis.ts';
import type { CellSettings } from './lab-cell.ts';
import { meanOf } from './mean.ts';
import type { Column } from './text-table.ts';

/** Something that was found for one cell of a grid. */
interface OfCell {
  readonly settings: CellSettings;
}

/** Puts together what differs in nothing but the seed, in order of first appearance. */
export function groupBySetting<Cell extends OfCell>(cells: readonly Cell[]): Cell[][] {
  const groups = new Map<string, Cell[]>();
  for (const cell of cells) {
    const key = AXIS_ROWS.map(([name, row]) => axisText(row, cell.settings[name])).join(' ');
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
  return AXIS_ROWS.flatMap(([name, row]) => {
    const cell = ([first]: readonly Cell[]): string =>
      first === undefined ? '' : axisText(row, first.settings[name]);
    if (name !== 'policy' && new Set(groups.map(cell)).size <= 1) return [];
    return { title: row.title, isKey: true, align: name === 'policy' ? 'left' : 'right', cell };
  });
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
