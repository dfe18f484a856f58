import { html, type Markup } from './markup.ts';

/** What stands around a plot, which the page's script draws. */
export interface FigureText {
  readonly title: string;
  /** How to read it. */
  readonly caption: string;
  /** It takes the whole width of the page. */
  readonly isWide: boolean;
}

/** The frame that the script fills with the plot of that id, and the table behind it. */
export function plotFrame(id: string, { title, caption, isWide }: FigureText): Markup {
  return html`<figure id="${id}"${isWide ? html` class="wide"` : html``}>
<h3>${title}</h3>
<div class="chart"></div>
<figcaption>${caption}</figcaption>
<details><summary>Data as a table</summary><div class="scroll data" tabindex="0" role="region" aria-label="${title}"></div></details>
</figure>`;
}

/** A configuration, hash and so on, as a table of names and values. */
export function configTable(rows: readonly (readonly [name: string, value: string])[]): Markup {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Configuration">
<table class="config">
<caption>Configuration</caption>
<tbody>
${rows.map(([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`)}
</tbody>
</table>
</div>`;
}
