/** Distribution of a quantity over the requests. Quantiles interpolate between the two nearest. */
export interface Quantiles {
  readonly mean: number;
  readonly min: number;
  readonly p10: number;
  readonly p25: number;
  readonly p50: number;
  readonly p75: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** The quantiles of `values`, which are sorted in place; all are NaN if there are none. */
export function quantiles(values: number[]): Quantiles {
  values.sort((a, b) => a - b);
  let sum = 0;
  for (const value of values) sum += value;
  return {
    mean: sum / values.length,
    min: quantileOf(values, 0),
    p10: quantileOf(values, 0.1),
    p25: quantileOf(values, 0.25),
    p50: quantileOf(values, 0.5),
    p75: quantileOf(values, 0.75),
    p90: quantileOf(values, 0.9),
    p95: quantileOf(values, 0.95),
    p99: quantileOf(values, 0.99),
    max: quantileOf(values, 1),
  };
}

/** The value that `share` of `sorted` are no greater than, between the two nearest; NaN of none. */
export function quantileOf(sorted: readonly number[], share: number): number {
  const position = (sorted.length - 1) * share;
  const below = sorted[Math.floor(position)] ?? Number.NaN;
  const above = sorted[Math.ceil(position)] ?? Number.NaN;
  return below + (above - below) * (position % 1);
}
