import type { AnalysisView } from '../analysis-view.ts';
import type { DataTable } from './frame.ts';

/** One figure of the page of an analysis. */
export interface TraceFigure {
  /** The plot with its legend; nothing when there is nothing to show. */
  draw(view: AnalysisView, width: number): readonly Element[];
  table(view: AnalysisView): DataTable;
}
