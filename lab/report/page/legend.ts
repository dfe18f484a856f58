import { dot, line, plot } from '@observablehq/plot';
import type { SeriesStyle } from '../series-style.ts';
import { element } from './dom.ts';
import { type Scene, styleOf } from './figure.ts';

const WIDTH = 34;
const HEIGHT = 12;

/** Which marks stand for a policy: its line, its symbol, or the symbol on the line. */
export interface Sample {
  readonly line: boolean;
  readonly symbol: boolean;
}

/** The policies of the scene with a sample of each one's marks. */
export function legend({ view, runs }: Scene, sample: Sample): Element {
  return legendOf(
    runs.map(({ policy }) => [view.policies[policy] ?? '', styleOf(view, policy)]),
    sample,
  );
}

/** Names with a sample of the marks of each. */
export function legendOf(
  entries: readonly (readonly [name: string, style: SeriesStyle])[],
  sample: Sample,
): Element {
  const items = entries.map(([name, style]) => element('li', {}, sampleOf(style, sample), name));
  return element('ul', { class: 'legend' }, ...items);
}

function sampleOf({ color, dash, symbol }: SeriesStyle, sample: Sample): Element {
  const ends: [number, number][] = [
    [0, 0],
    [1, 0],
  ];
  const drawn: Element = plot({
    width: WIDTH,
    height: HEIGHT,
    margin: 0,
    axis: null,
    x: { domain: [0, 1] },
    y: { domain: [-1, 1] },
    marks: [
      sample.line ? line(ends, { stroke: color, strokeDasharray: dash, strokeWidth: 2 }) : [],
      sample.symbol
        ? dot([[0.5, 0]], { stroke: color, fill: color, fillOpacity: 0.3, symbol, r: 4 })
        : [],
    ],
  });
  drawn.setAttribute('aria-hidden', 'true');
  return drawn;
}
