/** Branded numbers: a quantity of one unit cannot be passed where another is meant. */

declare const unit: unique symbol;
type Unit<Name extends string> = number & { readonly [unit]: Name };

/** A point in time, or a span, in integer microseconds of the monotonic clock of the process. */
export type TimeUs = Unit<'TimeUs'>;

/** The only constructor of `TimeUs`. `us` is an integer, or `Infinity` for "never". */
export function timeUs(us: number): TimeUs {
  return us as TimeUs;
}

/**
 * No time at all, or the time at which a run begins. It is minus zero, so that V8 takes a field
 * that starts with it for a double: microseconds outgrow small integers after 36 minutes, and a
 * field that becomes a double only then costs all code that was compiled for it.
 */
export const ZERO_US = timeUs(-0);

/** Later than every point in time: the wake-up time of an idle worker. */
export const NEVER_US = timeUs(Number.POSITIVE_INFINITY);
