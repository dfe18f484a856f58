import type { ReportView, RunView } from '../report-view.ts';
import type { SeriesStyle } from '../series-style.ts';
import type { DataTable } from './frame.ts';

/** What a figure shows: everything, the chosen setting, its runs, and how wide it may be. */
export interface Scene {
  readonly view: ReportView;
  readonly setting: number;
  /** One run for each policy of the setting, in the order of the tables. */
  readonly runs: readonly RunView[];
  readonly width: number;
}

/** One figure of the page. */
export interface Figure {
  /** The plot with its legend; nothing when there is nothing to show. */
  draw(scene: Scene): readonly Element[];
  table(scene: Scene): DataTable;
}

/** How a policy of the view is drawn: it has a style for each. */
export function styleOf({ styles }: ReportView, policy: number): SeriesStyle {
  return styles[policy]!;
}
