import type { ColumnGroup, FigureColumn, FigureTable } from './figure-column.ts';
import { NO_FIGURE } from './figure-text.ts';
import { html, type Markup } from './markup.ts';
import type { CellGroup } from './report-grid.ts';

/** Rows that are compared with each other, one for each policy, under a heading of their own. */
export interface TableSection {
  /** Empty where the table has this section alone. */
  readonly heading: string;
  readonly groups: readonly CellGroup[];
}

/** A table with a row for each policy of each section. */
export function figureTable(
  { title, groups }: FigureTable,
  policies: readonly string[],
  sections: readonly TableSection[],
): Markup {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${title}">
<table>
<caption>${title}</caption>
<thead>
<tr><th rowspan="2" scope="col">Policy</th>${groups.map(groupHeading)}</tr>
<tr>${groups.flatMap(({ columns }) => columns.map(({ heading }, at) => html`<th scope="col"${firstClass(at)}>${heading}</th>`))}</tr>
</thead>
${sections.map((section) => tableBody(groups, policies, section))}
</table>
</div>`;
}

function groupHeading({ heading, columns }: ColumnGroup): Markup {
  return html`<th class="first" colspan="${columns.length}" scope="colgroup">${heading}</th>`;
}

function tableBody(
  columnGroups: readonly ColumnGroup[],
  policies: readonly string[],
  { heading, groups }: TableSection,
): Markup {
  const columns = columnGroups.flatMap((group) =>
    group.columns.map((column, at) => ({ at, figures: columnFigures(column, groups) })),
  );
  const rows = groups.map(({ policy }, row) => {
    const figures = columns.map(({ at, figures }) => figureCell(figures[row], at));
    return html`<tr><th scope="row">${policies[policy] ?? ''}</th>${figures}</tr>`;
  });
  const title = html`<tr><th colspan="${columns.length + 1}" scope="rowgroup">${heading}</th></tr>`;
  return html`<tbody>
${heading === '' ? rows : [title, ...rows]}
</tbody>`;
}

interface Figure {
  readonly text: string;
  /** Half of the span over the seeds; empty where these do not differ. */
  readonly spread: string;
  readonly isBest: boolean;
}

/** The figures of one column from top to bottom, each the mean over the seeds. */
function columnFigures(column: FigureColumn, groups: readonly CellGroup[]): Figure[] {
  const rows = groups.map(({ cells }) =>
    cells.map(column.figure).filter((figure) => figure !== null),
  );
  const means = rows.map((figures) =>
    figures.length === 0 ? null : figures.reduce((sum, figure) => sum + figure, 0) / figures.length,
  );
  const texts = means.map((mean) => (mean === null ? NO_FIGURE : column.text(mean)));
  const best = bestText(column, means);
  const areAlike = new Set(texts).size === 1;
  return rows.map((figures, row) => {
    const text = texts[row] ?? NO_FIGURE;
    const span = figures.length === 0 ? 0 : Math.max(...figures) - Math.min(...figures);
    const spread = span === 0 ? '' : `± ${column.text(span / 2)}`;
    return { text, spread, isBest: text === best && !areAlike };
  });
}

/** The best figure as it is shown: those that look the same are equally good. */
function bestText(column: FigureColumn, means: readonly (number | null)[]): string | undefined {
  const known = means.filter((mean) => mean !== null);
  if (column.better === undefined || known.length === 0) return undefined;
  return column.text(column.better === 'low' ? Math.min(...known) : Math.max(...known));
}

function figureCell(figure: Figure | undefined, at: number): Markup {
  if (figure === undefined) return html`<td></td>`;
  const { text, spread, isBest } = figure;
  const shown = isBest ? html`<b>${text}</b>` : html`${text}`;
  const seeds = spread === '' ? html`` : html`<small>${spread}</small>`;
  return html`<td${firstClass(at)}>${shown}${seeds}</td>`;
}

/** The first column of a group has a rule on its left. */
function firstClass(at: number): Markup {
  return at === 0 ? html` class="first"` : html``;
}
