export interface Column<Row> {
  readonly title: string;
  /** Text is set to the left, everything else to the right. */
  readonly align?: 'left' | 'right';
  /** Says what a row is, and stands in every part of a table that is too wide. */
  readonly isKey?: boolean;
  readonly cell: (row: Row) => string;
}

/**
 * A table of `rows` in fixed columns; the title line is bold where there are colours. What is wider
 * than `width` goes on in a further table below, which begins with the key columns again.
 */
export function textTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  colours: boolean,
  width = Number.POSITIVE_INFINITY,
): string {
  const drawn = columns.map((column) => drawnColumn(column, rows));
  const keys = drawn.filter((_, at) => columns[at]?.isKey === true);
  const others = drawn.filter((_, at) => columns[at]?.isKey !== true);
  const parts: DrawnColumn[][] = [[...keys]];
  for (const column of others) {
    const part = parts.at(-1) ?? [];
    const taken = part.reduce((sum, each) => sum + each.width + GAP.length, 0);
    if (taken + column.width > width && part.length > keys.length) parts.push([...keys, column]);
    else part.push(column);
  }
  return parts.map((part) => tableText(part, rows.length, colours)).join('\n');
}

/** Between two columns. */
const GAP = '  ';

/** The lines of a column, its title first, all of them `width` wide. */
interface DrawnColumn {
  readonly width: number;
  readonly lines: readonly string[];
}

function drawnColumn<Row>({ title, align, cell }: Column<Row>, rows: readonly Row[]): DrawnColumn {
  const texts = [title, ...rows.map(cell)];
  const width = Math.max(...texts.map(({ length }) => length));
  const lines = texts.map((text) => (align === 'left' ? text.padEnd(width) : text.padStart(width)));
  return { width, lines };
}

function tableText(columns: readonly DrawnColumn[], rows: number, colours: boolean): string {
  let table = '';
  for (let line = 0; line <= rows; line++) {
    const text = columns
      .map(({ lines }) => lines[line])
      .join(GAP)
      .trimEnd();
    table += colours && line === 0 ? `\u001b[1m${text}\u001b[22m\n` : `${text}\n`;
  }
  return table;
}

/** Three significant digits, without an exponent; a dash for nothing. */
export function digits3(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '-';
  const magnitude = Math.abs(value);
  if (magnitude >= 100) return value.toFixed(0);
  if (magnitude >= 10) return value.toFixed(1);
  return value.toFixed(magnitude >= 1 || magnitude === 0 ? 2 : 3);
}
