import type { Rng } from '../../shared/rng.ts';

/** Log-normal with the given mean and coefficient of variation; the mean itself if `cv` is 0. */
export function drawLogNormal(rng: Rng, mean: number, cv: number): number {
  if (cv === 0) return mean;
  const variance = Math.log(1 + cv * cv);
  return mean * Math.exp(rng.normal(-variance / 2, Math.sqrt(variance)));
}

/** A number of tokens, at least 1 and at most `max`, log-normal before it is rounded. */
export function drawTokens(rng: Rng, mean: number, cv: number, max: number): number {
  return Math.max(1, Math.min(max, Math.round(drawLogNormal(rng, mean, cv))));
}

/** A whole number from 1 on, geometric with the given mean, at most `max`. */
export function drawGeometric(rng: Rng, mean: number, max: number): number {
  if (mean <= 1) return 1;
  return Math.min(max, 1 + Math.floor(Math.log(1 - rng.unit()) / Math.log(1 - 1 / mean)));
}

/**
 * Gamma with the given mean and coefficient of variation: exponential at 1, the mean itself at 0.
 * By Marsaglia and Tsang, "A simple method for generating gamma variables" (2000).
 */
export function drawGamma(rng: Rng, mean: number, cv: number): number {
  if (cv === 0) return mean;
  if (cv === 1) return rng.exponential(mean);
  const shape = 1 / (cv * cv);
  // The method needs a shape of at least 1; a smaller one is drawn one higher and scaled down.
  const boost = shape < 1 ? (1 - rng.unit()) ** (1 / shape) : 1;
  const d = (shape < 1 ? shape + 1 : shape) - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = rng.normal(0, 1);
    const v = (1 + c * x) ** 3;
    if (v <= 0) continue;
    if (Math.log(1 - rng.unit()) < 0.5 * x * x + d * (1 - v + Math.log(v))) {
      return (d * v * boost * mean) / shape;
    }
  }
}

/** A quantile function by points, shares rising from 0 to 1, linear in between. */
export interface QuantileTable {
  readonly shares: readonly number[];
  readonly values: readonly number[];
}

/** The value at `share` of the distribution; `share` is below 1. */
export function quantileAt(table: QuantileTable, share: number): number {
  const { shares, values } = table;
  let above = 1;
  while (shares[above]! <= share) above++;
  const position = (share - shares[above - 1]!) / (shares[above]! - shares[above - 1]!);
  return values[above - 1]! + (values[above]! - values[above - 1]!) * position;
}
