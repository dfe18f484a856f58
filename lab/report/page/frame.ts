import { element } from './dom.ts';

/** The figures behind a plot, as text. */
export interface DataTable {
  readonly headings: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Widths on A4 paper within the margins of the style sheet, in CSS pixels: of half, of all. */
const PAPER_WIDTHS = { half: 338, whole: 700 };

/** How wide the plot in `frame` may be, in CSS pixels. */
export function frameWidth(frame: Element, isWide: boolean, onPaper: boolean): number {
  const { half, whole } = PAPER_WIDTHS;
  if (onPaper) return isWide ? whole : half;
  return frame.querySelector('.chart')?.clientWidth ?? 0;
}

/** Puts a plot with its legend, and the table behind it, where they belong in their frame. */
export function fillFrame(frame: Element, drawn: readonly Element[], table: DataTable): void {
  const plotted = frame.querySelector('.chart');
  plotted?.replaceChildren(
    ...(drawn.length > 0 ? drawn : [element('p', { class: 'empty' }, 'Nothing was measured.')]),
  );
  frame.querySelector('.data')?.replaceChildren(dataTable(table));
}

/** Draws now, on paper when the page is about to be printed, and again when it has been. */
export function onScreenAndPaper(draw: (onPaper: boolean) => void): void {
  addEventListener('beforeprint', () => draw(true));
  addEventListener('afterprint', () => draw(false));
  draw(false);
}

function dataTable({ headings, rows }: DataTable): Element {
  const head = headings.map((heading) => element('th', { scope: 'col' }, heading));
  const body = rows.map(([first = '', ...cells]) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, first),
      ...cells.map((cell) => element('td', {}, cell)),
    ),
  );
  return element(
    'table',
    {},
    element('thead', {}, element('tr', {}, ...head)),
    element('tbody', {}, ...body),
  );
}
