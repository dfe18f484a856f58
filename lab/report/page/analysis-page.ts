import {
  ANALYSIS_FIGURE_IDS,
  ANALYSIS_FIGURE_TEXTS,
  type AnalysisFigureId,
} from '../analysis-figures.ts';
import type { AnalysisView } from '../analysis-view.ts';
import { ARRIVALS_FIGURE } from './arrivals.ts';
import { fillFrame, frameWidth, onScreenAndPaper } from './frame.ts';
import { HITS_FIGURE } from './hits.ts';
import { LENGTHS_FIGURE } from './lengths.ts';
import type { TraceFigure } from './trace-figure.ts';
import { TURNS_FIGURE } from './turns.ts';

const FIGURES: Readonly<Record<AnalysisFigureId, TraceFigure>> = {
  hits: HITS_FIGURE,
  lengths: LENGTHS_FIGURE,
  arrivals: ARRIVALS_FIGURE,
  turns: TURNS_FIGURE,
};

/** Draws every figure of the page, again for print. */
function start(): void {
  const view: AnalysisView = JSON.parse(document.querySelector('#report-data')?.textContent ?? '');
  onScreenAndPaper((onPaper) => {
    for (const id of ANALYSIS_FIGURE_IDS) {
      const frame = document.querySelector(`#${id}`);
      // A figure that would say nothing about these requests is not in the page.
      if (frame === null) continue;
      const width = frameWidth(frame, ANALYSIS_FIGURE_TEXTS[id].isWide, onPaper);
      fillFrame(frame, FIGURES[id].draw(view, width), FIGURES[id].table(view));
    }
  });
}

start();
