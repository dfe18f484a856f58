import { SERIES_COLORS, type SeriesStyle } from '../series-style.ts';
import { legendOf } from './legend.ts';

const DASHES = ['none', '7 3', '2 2', '10 3 2 3'];

/** How the line with that number is drawn, from 0. */
export function lineStyle(at: number): SeriesStyle {
  return {
    color: `var(--series-${at % SERIES_COLORS.length})`,
    dash: DASHES[at % DASHES.length] ?? 'none',
    symbol: 'circle',
  };
}

/** How the line with that number is drawn, as options of a mark. */
export function lineStroke(at: number) {
  const { color, dash } = lineStyle(at);
  return { stroke: color, strokeDasharray: dash, strokeWidth: 2 };
}

/** Names with a sample of the line of each. */
export function lineLegend(names: readonly string[]): Element {
  return legendOf(
    names.map((name, at) => [name, lineStyle(at)]),
    { line: true, symbol: false },
  );
}
