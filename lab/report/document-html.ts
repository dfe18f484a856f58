import { html, Markup, scriptCode, scriptJson } from './markup.ts';
import { REPORT_STYLE } from './report-style.ts';

/** Nothing is loaded from anywhere: what a page needs is in its file. */
const CONTENT_POLICY =
  "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:";

/** A page of plots. */
export interface PageDocument {
  readonly title: string;
  readonly header: Markup;
  readonly main: Markup;
  /** What the script of the page draws, as JSON. */
  readonly view: object;
  /** The bundle that draws it. */
  readonly script: string;
}

/** The page as one HTML file that needs nothing else. The same data gives the same bytes. */
export function documentHtml({ title, header, main, view, script }: PageDocument): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${CONTENT_POLICY}">
<title>${title}</title>
<style>${new Markup(REPORT_STYLE)}</style>
</head>
<body>
${header}
<main>
${main}
</main>
<script type="application/json" id="report-data">${scriptJson(view)}</script>
<script>${scriptCode(script)}</script>
</body>
</html>
`.text;
}
