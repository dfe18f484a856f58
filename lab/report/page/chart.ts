import { type Markish, type PlotOptions, plot } from '@observablehq/plot';

/** Height of a plot: lower where it is narrow, on paper or in a small window. */
const HEIGHT = { least: 220, greatest: 300, perWidth: 0.6 };

const MARGIN_LEFT = 52;
const MARGIN_RIGHT = 18;

export interface Chart {
  readonly width: number;
  /** What a screen reader says of it. */
  readonly label: string;
  readonly x: NonNullable<PlotOptions['x']>;
  readonly y: NonNullable<PlotOptions['y']>;
  readonly marks: readonly Markish[];
}

/** A plot in the common frame of the page. */
export function chart({ width, label, x, y, marks }: Chart): Element {
  return plot({
    width,
    height: Math.min(HEIGHT.greatest, Math.max(HEIGHT.least, HEIGHT.perWidth * width)),
    marginLeft: MARGIN_LEFT,
    marginRight: MARGIN_RIGHT,
    marginTop: 26,
    marginBottom: 42,
    ariaLabel: label,
    style: { fontSize: '12px' },
    x,
    y: { grid: true, ...y },
    marks: [...marks],
  });
}

/** Width of what is within the axes of a plot of that width. */
export function plotWidth(width: number): number {
  return width - MARGIN_LEFT - MARGIN_RIGHT;
}
