/** How one policy looks in every plot, and in the legend. */
export interface SeriesStyle {
  /** A colour of the page's style, which differs between light and dark. */
  readonly color: string;
  /** Pattern of its lines, as an SVG dash array. */
  readonly dash: string;
  /** Shape of its marks, by its name in Observable Plot. */
  readonly symbol: (typeof SYMBOLS)[number];
}

/**
 * Colours on light and on dark paper. Found by a search for eight pairs of like hue that differ
 * most from each other for normal sight and for each kind of colour blindness, with a contrast to
 * the paper of at least 3 to 1.
 */
export const SERIES_COLORS: readonly (readonly [light: string, dark: string])[] = [
  ['#2456d3', '#99a7f9'],
  ['#883c04', '#dd410d'],
  ['#1e9dc8', '#95d9f7'],
  ['#979430', '#cef034'],
  ['#641745', '#c444ac'],
  ['#ca6e8c', '#db99a0'],
  ['#4b1eaa', '#7f63ee'],
  ['#6b7941', '#c5c463'],
];

const DASHES = ['none', '7 3', '2 2', '10 3 2 3', '5 2', '1 3', '12 4', '8 2 2 2 2 2', '4 4'];
const SYMBOLS = ['circle', 'square', 'triangle', 'diamond', 'cross', 'star', 'wye'] as const;

/** The style of the policy at `index`: no two of the first 72 have colour and dashes in common. */
export function seriesStyle(index: number): SeriesStyle {
  const dash = DASHES[index % DASHES.length] ?? 'none';
  const symbol = SYMBOLS[index % SYMBOLS.length] ?? 'circle';
  return { color: `var(--series-${index % SERIES_COLORS.length})`, dash, symbol };
}
