import type { AnalysisData, AnalysisPart } from './analysis-data.ts';
import { ANALYSIS_FIGURE_IDS, ANALYSIS_FIGURE_TEXTS } from './analysis-figures.ts';
import { type AnalysisView, analysisView } from './analysis-view.ts';
import { configRows } from './config-rows.ts';
import { documentHtml } from './document-html.ts';
import { html, type Markup } from './markup.ts';
import { configTable, plotFrame } from './plot-frame.ts';

/**
 * What a trace is like, as one HTML file. `pageScript` is the bundle of `page/analysis-page.ts`,
 * which draws the plots.
 */
export function analysisHtml(data: AnalysisData, pageScript: string): string {
  const { title, stats, workerTokens } = data;
  const view = analysisView(stats, workerTokens);
  return documentHtml({
    title: `${title}: what the requests are like`,
    header: html`<header>
<p class="kind">fakeai analyze</p>
<h1>${title}</h1>
${data.facts.map((fact) => html`<p class="note">${fact}</p>`)}
</header>`,
    main: html`${plotSection(view)}
${figureSection(data)}
${reproductionSection(data)}`,
    view,
    script: pageScript,
  });
}

function plotSection({ turns }: AnalysisView): Markup {
  const ids = ANALYSIS_FIGURE_IDS.filter((id) => id !== 'turns' || turns.length > 0);
  return html`<section id="plots">
<h2>Plots</h2>
<noscript><p class="note">The plots are drawn by a script, and scripts are off. The tables below hold
the results.</p></noscript>
<div class="figures">
${ids.map((id) => plotFrame(id, ANALYSIS_FIGURE_TEXTS[id]))}
</div>
</section>`;
}

function figureSection({ parts }: AnalysisData): Markup {
  return html`<section id="figures">
<h2>Figures</h2>
${parts.map(partMarkup)}
</section>`;
}

function partMarkup(part: AnalysisPart): Markup {
  if (part.kind === 'text') {
    return part.isOpening ? html`<h3>${part.text}</h3>` : html`<p>${part.text}</p>`;
  }
  const [name = '', ...titles] = part.titles;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${name}">
<table>
<thead><tr><th scope="col" class="name">${name}</th>${titles.map((title) => html`<th scope="col">${title}</th>`)}</tr></thead>
<tbody>
${part.rows.map(
  ([first = '', ...cells]) =>
    html`<tr><th scope="row">${first}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`,
)}
</tbody>
</table>
</div>`;
}

function reproductionSection({ version, resultsHash, config, command }: AnalysisData): Markup {
  const rows = [
    ['version', version],
    ['results hash', resultsHash],
    ...configRows(config),
  ] as const;
  return html`<section id="reproduction">
<h2>How to get these results again</h2>
<pre><code>${command}</code></pre>
<p class="note">The same version, settings and trace give the same results hash.</p>
${configTable(rows)}
</section>`;
}
