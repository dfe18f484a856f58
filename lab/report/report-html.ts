import { configRows } from './config-rows.ts';
import { documentHtml } from './document-html.ts';
import { countText, roundDurationText } from './figure-text.ts';
import { highlights } from './highlights.ts';
import { html, type Markup } from './markup.ts';
import { configTable, plotFrame } from './plot-frame.ts';
import type { ReportData } from './report-data.ts';
import { FIGURE_IDS, FIGURE_TEXTS } from './report-figures.ts';
import { type ReportGrid, reportGrid } from './report-grid.ts';
import { reportView } from './report-view.ts';
import { fullTables, summaryMeanings, summaryTables } from './summary.ts';

/**
 * The report of a replay as one HTML file that needs nothing else. `pageScript` is the bundle of
 * `page/page.ts`, which draws the plots. The same data gives the same bytes.
 */
export function reportHtml(data: ReportData, pageScript: string): string {
  const grid = reportGrid(data);
  return documentHtml({
    title: `${data.title}: routing policies compared`,
    header: header(data, grid),
    main: html`${summarySection(grid)}
${plotSection(grid, data)}
${reproductionSection(data)}`,
    view: reportView(data, grid),
    script: pageScript,
  });
}

function header(data: ReportData, grid: ReportGrid): Markup {
  const { title, cells, serviceLevel } = data;
  const { ttftUs, itlUs, e2eUs } = serviceLevel;
  const bounds = [
    ['TTFT', ttftUs],
    ['mean ITL', itlUs],
    ['end to end', e2eUs],
  ] as const;
  const asked = bounds
    .filter(([, us]) => Number.isFinite(us))
    .map(([name, us]) => `${name} ≤ ${roundDurationText(us / 1000)}`);
  const seeds = new Set(cells.map(({ seed }) => seed)).size;
  const workers = new Set(cells.map(({ result }) => result.workers.length));
  const facts = [
    ...requestFacts(data),
    ...(workers.size === 1 ? [counted([...workers][0] ?? 0, 'worker', 'workers')] : []),
    counted(grid.policies.length, 'policy', 'policies'),
    ...(grid.settings.length > 1
      ? [`${grid.settings.length} settings`]
      : grid.settings.map(({ label }) => label)),
    counted(seeds, 'seed', 'seeds'),
    `service level: ${asked.length === 0 ? 'none, every finished request is good' : asked.join(', ')}`,
  ];
  return html`<header>
<p class="kind">fakeai replay</p>
<h1>${title}</h1>
<ul class="facts">
${facts.map((fact) => html`<li>${fact}</li>`)}
</ul>
</header>`;
}

/** What there was to replay, and how much of it could not be. */
function requestFacts({ cells }: ReportData): string[] {
  const counts = cells.map(({ result }) => result.requests);
  const requests = Math.max(...counts.map((count) => count.in + count.notSent));
  const notSent = counts.map((count) => count.notSent);
  const most = Math.max(...notSent);
  const upTo = Math.min(...notSent) < most ? 'up to ' : '';
  const lost = `${upTo}${countText(most)} of them never sent, their session given up`;
  const warmup = Math.max(...cells.map(({ result }) => result.warmupRequests));
  const measured = `${countText(requests)} requests`;
  return [
    warmup === 0 ? measured : `${measured} after ${countText(warmup)} of warm-up`,
    ...(most > 0 ? [lost] : []),
  ];
}

function summarySection(grid: ReportGrid): Markup {
  const { settings } = grid;
  const choice = html`<p class="choice"><label>Setting <select id="setting">
${settings.map(({ label }, at) => html`<option value="${at}">${label}</option>`)}
</select></label> for the tables and the plots below.</p>`;
  return html`<section id="summary">
<h2>Policies side by side</h2>
${settings.length > 1 ? choice : html``}
${settings.map(
  ({ label }, at) => html`<section data-setting="${at}" aria-label="${label}">
${settings.length > 1 ? html`<h3>${label}</h3>` : html``}
${highlights(grid, at)}
${summaryTables(grid, at)}
</section>`,
)}
<p class="note">Bold is best. With several seeds, a figure is their mean, and below it is half of the
span from the least to the greatest.</p>
<details id="full">
<summary>All figures</summary>
${fullTables(grid)}
</details>
<details id="meanings">
<summary>What the figures mean</summary>
${summaryMeanings()}
</details>
</section>`;
}

function plotSection({ settings }: ReportGrid, { sweepCommand }: ReportData): Markup {
  const areRatesSwept = new Set(settings.map(({ rate }) => rate)).size > 1;
  return html`<section id="plots">
<h2>Plots</h2>
<noscript><p class="note">The plots are drawn by a script, and scripts are off. The tables above hold
the results.</p></noscript>
<div class="figures">
${FIGURE_IDS.map((id) => (id === 'goodput' && !areRatesSwept ? absentGoodput(sweepCommand) : plotFrame(id, FIGURE_TEXTS[id])))}
</div>
</section>`;
}

/** Stands where the plot of several rates would. */
function absentGoodput(sweepCommand: string): Markup {
  return html`<div id="no-goodput">
<h3>${FIGURE_TEXTS.goodput.title}</h3>
<p class="note">This plot compares several rates, and one was replayed. To get it, run</p>
<pre><code>${sweepCommand}</code></pre>
</div>`;
}

function reproductionSection(data: ReportData): Markup {
  const seeds = [...new Set(data.cells.map(({ seed }) => seed))];
  const rows = [
    ['version', data.version],
    ['seeds', seeds.join(', ')],
    ['results hash', data.resultsHash],
    ...configRows(data.config),
  ] as const;
  return html`<section id="reproduction">
<h2>How to get these results again</h2>
<pre><code>${data.command}</code></pre>
<p class="note">The same version, configuration, seeds and trace give the same results hash, on any number
of threads.</p>
${configTable(rows)}
</section>`;
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
