import { Rng } from '../../shared/rng.ts';

/** Bounds of a figure that 95 % of the resamples lie between. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

const RESAMPLES = 200;
const SEED = 1;
const SHARES = [0.025, 0.975] as const;

/**
 * How often each of `windows` stretches of time is taken in each resample of a moving-block
 * bootstrap (Künsch 1989): blocks of neighbours, as long as the cube root of their number, are
 * drawn from anywhere, the last window being followed by the first, until there are as many windows
 * as before. Neighbours stay together, so that what builds up over several of them, such as a
 * queue, does in the resamples. The same draws for the same number of windows: two runs of the same
 * requests are resampled alike, and the interval of their difference is that of pairs.
 */
export function blockResamples(windows: number): readonly Uint16Array[] {
  const rng = new Rng(SEED);
  const block = Math.ceil(Math.cbrt(windows));
  return Array.from({ length: RESAMPLES }, () => {
    const times = new Uint16Array(windows);
    let taken = 0;
    while (taken < windows) {
      const first = rng.below(windows);
      for (let at = 0; at < block && taken < windows; at++, taken++) {
        const window = (first + at) % windows;
        times[window] = times[window]! + 1;
      }
    }
    return times;
  });
}

/** The interval that 95 % of the values of the resamples lie in; null where there is no value. */
export function percentileInterval(values: readonly number[]): Interval | null {
  const known = new Float64Array(values.filter(Number.isFinite)).sort();
  if (known.length === 0) return null;
  const [low = 0, high = 0] = SHARES.map((share) => known[Math.round(share * (known.length - 1))]!);
  return { low, high };
}
