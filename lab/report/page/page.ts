import type { FigureId } from '../report-figures.ts';
import { FIGURE_IDS, FIGURE_TEXTS } from '../report-figures.ts';
import type { ReportView } from '../report-view.ts';
import { CdfFigure } from './cdf.ts';
import { element } from './dom.ts';
import type { DataTable, Figure, Scene } from './figure.ts';
import { GOODPUT_FIGURE } from './goodput.ts';
import { KV_USE_FIGURE, LOAD_FIGURE } from './heat-map.ts';
import { PLANE_FIGURE } from './plane.ts';
import { HIT_RATE_FIGURE, QUEUE_FIGURE } from './time-lines.ts';

const FIGURES: Readonly<Record<FigureId, Figure>> = {
  ttft: new CdfFigure(
    'Time to first token',
    'Requests (%)',
    (run) => run.ttftMs,
    (view) => view.ttftMsMax,
  ),
  itl: new CdfFigure(
    'Inter-token latency',
    'Gaps (%)',
    (run) => run.itlMs,
    (view) => view.itlMsMax,
  ),
  'hit-rate': HIT_RATE_FIGURE,
  queue: QUEUE_FIGURE,
  goodput: GOODPUT_FIGURE,
  plane: PLANE_FIGURE,
  load: LOAD_FIGURE,
  'kv-use': KV_USE_FIGURE,
};

/** Widths on A4 paper within the margins of the style sheet, in CSS pixels: of half, of all. */
const PAPER_WIDTHS = { half: 338, whole: 700 };

/** Draws every figure of the page, again for each setting that is chosen, and for print. */
function start(): void {
  const view: ReportView = JSON.parse(document.querySelector('#report-data')?.textContent ?? '');
  const choice = document.querySelector<HTMLSelectElement>('#setting');
  const show = (onPaper: boolean): void => showSetting(view, Number(choice?.value ?? 0), onPaper);
  choice?.addEventListener('change', () => show(false));
  addEventListener('beforeprint', () => show(true));
  addEventListener('afterprint', () => show(false));
  show(false);
}

function showSetting(view: ReportView, setting: number, onPaper: boolean): void {
  for (const section of document.querySelectorAll<HTMLElement>('[data-setting]')) {
    section.hidden = section.getAttribute('data-setting') !== String(setting);
  }
  const runs = view.runs.filter((run) => run.setting === setting);
  for (const id of FIGURE_IDS) {
    const frame = document.querySelector(`#${id}`);
    // A figure that would say nothing about these results is not in the page.
    if (frame === null) continue;
    const onScreen = frame.querySelector('.chart')?.clientWidth ?? 0;
    const { half, whole } = PAPER_WIDTHS;
    const width = onPaper ? (FIGURE_TEXTS[id].isWide ? whole : half) : onScreen;
    fillFrame(frame, FIGURES[id], { view, setting, runs, width });
  }
}

function fillFrame(frame: Element, figure: Figure, scene: Scene): void {
  const plotted = frame.querySelector('.chart');
  const drawn = figure.draw(scene);
  plotted?.replaceChildren(
    ...(drawn.length > 0 ? drawn : [element('p', { class: 'empty' }, 'Nothing was measured.')]),
  );
  frame.querySelector('.data')?.replaceChildren(dataTable(figure.table(scene)));
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

start();
