import { CURVE_SHARES } from '../../measure/replay-result.ts';

/** Shorter than this cannot be told apart on an axis, and a logarithm has no zero. */
export const FLOOR_MS = 0.001;

const FIRST_SHARE = 0.01;
/** Where an axis may end. */
const LAST_SHARES = [0.99, 0.95, 0.9];
/** Values beyond the end of an axis would take up more than this part of one that had them too. */
const TAIL_MAX = 0.5;

/** What an axis of several distributions spans, in milliseconds. */
export interface AxisSpan {
  readonly least: number;
  readonly greatest: number;
  /** Share of the values, of every distribution, that are no greater. */
  readonly share: number;
}

/**
 * From the least p1 to the greatest p99 of distributions in milliseconds at `CURVE_SHARES`, or to
 * a lower percentile if the few values beyond it would take up most of the axis and squeeze the
 * curves together. There must be one at least.
 */
export function axisSpan(curves: readonly (readonly number[])[]): AxisSpan {
  const at = (share: number): number[] =>
    curves.map((curve) => Math.max(curve[CURVE_SHARES.indexOf(share)] ?? 0, FLOOR_MS));
  const least = Math.min(...at(FIRST_SHARE));
  const ends = LAST_SHARES.map((share) => ({ least, greatest: Math.max(...at(share)), share }));
  const whole = ends[0]!;
  const length = Math.log(whole.greatest / least);
  return ends.find((end) => Math.log(whole.greatest / end.greatest) > TAIL_MAX * length) ?? whole;
}
