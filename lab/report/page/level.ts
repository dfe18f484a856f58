import { type Markish, ruleX, ruleY, text } from '@observablehq/plot';

/** Text on a plot has a halo of the page's paper, so that lines below do not cross it. */
const HALO = { fill: 'currentColor', stroke: 'var(--paper)', strokeWidth: 6 } as const;
const RULE = { strokeDasharray: '2 3', strokeOpacity: 0.7 } as const;

/** Horizontal lines to compare with; the highest one has a name. */
export function levelsY(values: readonly number[], name: string): Markish {
  if (values.length === 0) return [];
  return [
    ruleY(values, RULE),
    text([Math.max(...values)], {
      ...HALO,
      y: (value: number) => value,
      frameAnchor: 'right',
      dy: -8,
      text: () => name,
    }),
  ];
}

/**
 * A vertical line to compare with, which is at `at` from 0 to 1 on its axis, with its name at the
 * foot. When it is outside of the plot, the name points to it.
 */
export function levelX(value: number, at: number, name: string): Markish {
  const foot = { ...HALO, dy: -9 };
  if (at < 0)
    return text([name], { ...foot, frameAnchor: 'bottom-left', dx: 4, text: () => `← ${name}` });
  if (at > 1)
    return text([name], { ...foot, frameAnchor: 'bottom-right', dx: -4, text: () => `${name} →` });
  const side =
    at > 0.5 ? ({ textAnchor: 'end', dx: -5 } as const) : ({ textAnchor: 'start', dx: 5 } as const);
  return [
    ruleX([value], RULE),
    text([value], {
      ...foot,
      ...side,
      frameAnchor: 'bottom',
      x: (ms: number) => ms,
      text: () => name,
    }),
  ];
}
