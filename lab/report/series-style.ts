import { POLICY_NAMES } from '../../shared/policy-names.ts';

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

/** Policies of which no two look alike: colour and dashes together differ for up to 72. */
const NAMED: readonly string[] = POLICY_NAMES;

/**
 * The styles of policies. A colour follows from the name alone, so that a policy has it in every
 * report. Dashes and symbol do too, unless an earlier policy of the same colour has these dashes.
 */
export function seriesStyles(names: readonly string[]): SeriesStyle[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const preferred = indexOf(name);
    const color = `var(--series-${preferred % SERIES_COLORS.length})`;
    const turns = DASHES.findIndex((_, turn) => !taken.has(color + dashAt(preferred + turn)));
    const index = preferred + Math.max(0, turns);
    taken.add(color + dashAt(index));
    return { color, dash: dashAt(index), symbol: SYMBOLS[index % SYMBOLS.length] ?? 'circle' };
  });
}

/** A number for a name: small ones for those that are known, a hash (FNV-1a) for others. */
function indexOf(name: string): number {
  const known = NAMED.indexOf(name);
  if (known >= 0) return known;
  let hash = 0x811c9dc5;
  for (let at = 0; at < name.length; at++) {
    hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193) >>> 0;
  }
  return hash;
}

function dashAt(index: number): string {
  return DASHES[index % DASHES.length] ?? 'none';
}
