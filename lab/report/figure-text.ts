/** Numbers as the report writes them, in its tables, on its axes and in its tips alike. */

/** What stands for a figure that does not exist. */
export const NO_FIGURE = '–';

const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const SIGNIFICANT = new Intl.NumberFormat('en-US', {
  minimumSignificantDigits: 3,
  maximumSignificantDigits: 3,
});

/** Significant digits of a duration that somebody chose. */
export const ROUND_DIGITS = 3;
const SHORT = new Intl.NumberFormat('en-US', { maximumSignificantDigits: ROUND_DIGITS });

/** A quantity with three significant digits, or whole from 1,000 on. */
export function numberText(value: number): string {
  return (value === 0 || Math.abs(value) >= 999.5 ? WHOLE : SIGNIFICANT).format(value);
}

/** A count. A mean of counts is rounded. */
export function countText(count: number): string {
  return WHOLE.format(count);
}

/** A ratio near 1 or below, as deep as it means something. */
export function ratioText(ratio: number): string {
  return ratio.toFixed(3);
}

/** A share of 0 .. 1 in percent. */
export function percentText(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** A duration in the largest unit, from microseconds to seconds, that it has at least one of. */
export function durationText(ms: number): string {
  return inUnit(ms, numberText);
}

/** A duration that somebody chose, such as a bound or a tick: `2 s` where a figure is `2.00 s`. */
export function roundDurationText(ms: number): string {
  return inUnit(ms, (value) => SHORT.format(value));
}

function inUnit(ms: number, text: (value: number) => string): string {
  if (ms >= 1000) return `${text(ms / 1000)} s`;
  return ms >= 1 || ms === 0 ? `${text(ms)} ms` : `${text(ms * 1000)} µs`;
}

/** The unit for an axis of time that ends at `seconds`, and how many seconds it has. */
export function timeUnit(seconds: number): { readonly unit: string; readonly seconds: number } {
  if (seconds > 3 * 3600) return { unit: 'h', seconds: 3600 };
  if (seconds > 10 * 60) return { unit: 'min', seconds: 60 };
  return { unit: 's', seconds: 1 };
}

/** `value` rounded to `digits` significant digits: fewer characters in the file, same picture. */
export function rounded(value: number, digits: number): number {
  return Number(value.toPrecision(digits));
}
