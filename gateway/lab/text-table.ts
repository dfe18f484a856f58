export interface Column<Row> {
  readonly title: string;
  /** Text is set to the left, everything else to the right. */
  readonly align?: 'left' | 'right';
  readonly cell: (row: Row) => string;
}

/** A table of `rows` in fixed columns; the title line is bold where there are colours. */
export function textTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  colours: boolean,
): string {
  const cells = rows.map((row) => columns.map((column) => column.cell(row)));
  const widths = columns.map(({ title }, at) =>
    Math.max(title.length, ...cells.map((row) => row[at]?.length ?? 0)),
  );
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, at) => {
        const width = widths[at] ?? 0;
        return columns[at]?.align === 'left' ? text.padEnd(width) : text.padStart(width);
      })
      .join('  ')
      .trimEnd();
  const titles = line(columns.map(({ title }) => title));
  return [colours ? `\u001b[1m${titles}\u001b[22m` : titles, ...cells.map(line)]
    .map((text) => `${text}\n`)
    .join('');
}

/** Three significant digits, without an exponent; a dash for nothing. */
export function digits3(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '-';
  const magnitude = Math.abs(value);
  if (magnitude >= 100) return value.toFixed(0);
  if (magnitude >= 10) return value.toFixed(1);
  return value.toFixed(magnitude >= 1 || magnitude === 0 ? 2 : 3);
}
