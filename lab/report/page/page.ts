import type { FigureId } from '../report-figures.ts';
import { FIGURE_IDS, FIGURE_TEXTS } from '../report-figures.ts';
import type { ReportView } from '../report-view.ts';
import { CdfFigure } from './cdf.ts';
import type { Figure, Scene } from './figure.ts';
import { fillFrame, frameWidth, onScreenAndPaper } from './frame.ts';
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

/** Draws every figure of the page, again for each setting that is chosen, and for print. */
function start(): void {
  const view: ReportView = JSON.parse(document.querySelector('#report-data')?.textContent ?? '');
  const choice = document.querySelector<HTMLSelectElement>('#setting');
  const show = (onPaper: boolean): void => showSetting(view, Number(choice?.value ?? 0), onPaper);
  choice?.addEventListener('change', () => show(false));
  onScreenAndPaper(show);
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
    const width = frameWidth(frame, FIGURE_TEXTS[id].isWide, onPaper);
    const scene: Scene = { view, setting, runs, width };
    fillFrame(frame, FIGURES[id].draw(scene), FIGURES[id].table(scene));
  }
}

start();
