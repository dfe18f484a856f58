import { figureTable, type TableSection } from './figure-table.ts';
import { FULL_TABLES } from './full-columns.ts';
import { html, type Markup } from './markup.ts';
import type { ReportGrid } from './report-grid.ts';
import { SUMMARY_TABLES } from './summary-columns.ts';

/** What is compared first of one setting. */
export function summaryTables(grid: ReportGrid, setting: number): Markup {
  const sections = [{ heading: '', groups: groupsOf(grid, setting) }];
  return html`${SUMMARY_TABLES.map((table) => figureTable(table, grid.policies, sections))}`;
}

/** Every figure of every setting. */
export function fullTables(grid: ReportGrid): Markup {
  const { settings, policies } = grid;
  const sections = settings.map(({ label }, setting): TableSection => {
    return { heading: settings.length > 1 ? label : '', groups: groupsOf(grid, setting) };
  });
  return html`${FULL_TABLES.map((table) => figureTable(table, policies, sections))}`;
}

/** What each figure of the tables means, as terms and descriptions. */
export function summaryMeanings(): Markup {
  const groups = [...SUMMARY_TABLES, ...FULL_TABLES].flatMap((table) => table.groups);
  const meanings = new Map(groups.map(({ heading, meaning }) => [heading, meaning]));
  return html`<dl>
${[...meanings].map(([heading, meaning]) => html`<div><dt>${heading}</dt><dd>${meaning}</dd></div>`)}
</dl>`;
}

function groupsOf({ groups }: ReportGrid, setting: number): ReportGrid['groups'] {
  return groups.filter((group) => group.setting === setting);
}
