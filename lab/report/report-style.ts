import { SERIES_COLORS } from './series-style.ts';

/** Paper of the page, light and dark. */
export const PAPERS = ['#ffffff', '#15181d'] as const;

const LIGHT = `--paper: ${PAPERS[0]}; --ink: #1b1f24; --faint: #5b6470; --rule: #d4d8dd; --wash: #f4f6f8;
  ${SERIES_COLORS.map(([light], at) => `--series-${at}: ${light};`).join(' ')}`;
const DARK = `--paper: ${PAPERS[1]}; --ink: #e3e6ea; --faint: #9aa4b0; --rule: #363d46; --wash: #1e232a;
  ${SERIES_COLORS.map(([, dark], at) => `--series-${at}: ${dark};`).join(' ')}`;

/** The style sheet. Print is on light paper, whatever the screen. */
export const REPORT_STYLE = `
:root { color-scheme: light; ${LIGHT} }
@media screen and (prefers-color-scheme: dark) { :root { color-scheme: dark; ${DARK} } }
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 2rem clamp(1rem, 4vw, 3rem) 4rem; max-width: 84rem;
  background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', 'Liberation Sans', Arial, sans-serif;
}
h1 { margin: 0; font-size: 1.7rem; line-height: 1.2; overflow-wrap: anywhere; }
h2 { margin: 2.5rem 0 0.75rem; font-size: 1.25rem; }
h3 { margin: 0 0 0.25rem; font-size: 1rem; }
.kind { margin: 0; color: var(--faint); }
.facts { display: flex; flex-wrap: wrap; gap: 0.1rem 1.5rem; margin: 0.5rem 0 0; padding: 0; list-style: none; color: var(--faint); }
.highlights { margin: 0 0 1rem; padding-left: 1.2rem; }
.note, figcaption { color: var(--faint); font-size: 0.85rem; }
.note { margin: 0.5rem 0; }
figcaption { max-width: 65ch; margin-top: 0.4rem; }
.scroll { overflow-x: auto; }
.data { max-height: 24rem; overflow: auto; }
table { border-collapse: collapse; font-size: 0.8rem; font-variant-numeric: tabular-nums; margin-bottom: 1rem; }
caption { text-align: left; font-weight: 600; padding: 0.25rem 0; white-space: nowrap; }
th, td { padding: 0.25rem 0.36rem; text-align: right; vertical-align: top; white-space: nowrap; }
thead th { font-weight: 600; color: var(--faint); }
thead th[colspan] { text-align: center; }
thead tr:last-child th { border-bottom: 1px solid var(--faint); }
tbody tr { border-bottom: 1px solid var(--rule); }
tbody tr:hover { background: var(--wash); }
tbody th[colspan] { padding-top: 0.7rem; }
tbody th, th[rowspan] { text-align: left; font-weight: 600; color: var(--ink); }
th.name { text-align: left; }
.first { border-left: 1px solid var(--rule); }
td small { display: block; color: var(--faint); }
.config td, .config th { text-align: left; white-space: normal; overflow-wrap: anywhere; }
pre { margin: 0; padding: 0.75rem 1rem; background: var(--wash); border: 1px solid var(--rule); white-space: pre-wrap; overflow-wrap: anywhere; }
details > dl, details > .scroll:first-of-type { margin-top: 0.75rem; }
summary { cursor: pointer; color: var(--faint); font-size: 0.85rem; width: fit-content; }
dl { columns: 2 30rem; column-gap: 2.5rem; margin-bottom: 0; }
dl > div { break-inside: avoid; }
dt { font-weight: 600; }
dd { margin: 0 0 0.5rem; max-width: 75ch; }
select { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--faint); padding: 0.15rem 0.3rem; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 30rem), 1fr)); gap: 2.5rem 2.5rem; }
figure { margin: 0; min-width: 0; }
.wide { grid-column: 1 / -1; }
.multiples { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20.6rem), 1fr)); gap: 0.75rem 1.5rem; }
.multiples h4 { margin: 0; font-size: 0.85rem; overflow-wrap: anywhere; }
.legend { display: flex; flex-wrap: wrap; gap: 0 1rem; margin: 0 0 0.25rem; padding: 0; list-style: none; font-size: 0.8rem; }
.legend li { display: inline-flex; align-items: center; gap: 0.35rem; overflow-wrap: anywhere; }
svg { --plot-background: var(--paper); max-width: 100%; height: auto; overflow: visible; }
.empty { color: var(--faint); font-style: italic; }
@media print {
  @page { size: A4; margin: 14mm 12mm; }
  body { padding: 0; max-width: none; font-size: 10pt; }
  table { font-size: 6.6pt; }
  th, td { padding: 0.15rem 0.22rem; }
  .scroll { overflow: visible; }
  h2 { margin-top: 1.5rem; }
  .choice, figure details { display: none; }
  details::details-content { content-visibility: visible; }
  summary { list-style: none; margin-top: 1rem; font-size: 1rem; font-weight: 600; color: var(--ink); break-after: avoid; }
  .figures, .multiples { grid-template-columns: 1fr 1fr; gap: 1.25rem 1.5rem; }
  dl { columns: 2; font-size: 8pt; }
  figure:not(.wide), .multiples > div, tr, pre { break-inside: avoid; }
  h2, h3, caption, .wide .chart > svg { break-after: avoid; }
}
`;
