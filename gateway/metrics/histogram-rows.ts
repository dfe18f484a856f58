import { LOG_BUCKETS, logBucket, logBucketFloor } from './log-scale.ts';

/**
 * Prometheus histograms of one name, a row for each set of labels, in typed arrays. Values and
 * bounds are in the unit that is recorded; the view converts them to the unit of the series.
 */
export class HistogramRows {
  readonly bounds: readonly number[];
  readonly rows: number;
  /** Per row, values in each bucket; the last one holds those above all bounds. Not cumulative. */
  readonly #counts: Float64Array;
  readonly #sums: Float64Array;
  /** For each bucket of the logarithmic scale, how many bounds are below all of its values. */
  readonly #firstBound = new Uint8Array(LOG_BUCKETS);

  /** `bounds` are inclusive upper ends and rise. */
  constructor(bounds: readonly number[], rows: number) {
    this.bounds = bounds;
    this.rows = rows;
    this.#counts = new Float64Array(rows * (bounds.length + 1));
    this.#sums = new Float64Array(rows);
    let first = 0;
    for (let bucket = 1; bucket < LOG_BUCKETS; bucket++) {
      const floor = logBucketFloor(bucket);
      while ((bounds[first] ?? Number.POSITIVE_INFINITY) < floor) first++;
      this.#firstBound[bucket] = first;
    }
  }

  /** Takes in `count` equal values. */
  observe(row: number, value: number, count = 1): void {
    const { bounds } = this;
    let at = this.#firstBound[logBucket(value)] ?? 0;
    // At most a few bounds lie within one bucket of the scale; past the last one nothing compares.
    while (value > (bounds[at] ?? Number.POSITIVE_INFINITY)) at++;
    const cell = row * (bounds.length + 1) + at;
    this.#counts[cell] = (this.#counts[cell] ?? 0) + count;
    this.#sums[row] = (this.#sums[row] ?? 0) + value * count;
  }

  /** Values of `row` in bucket `bucket`, which is `bounds.length` for those above all bounds. */
  countIn(row: number, bucket: number): number {
    return this.#counts[row * (this.bounds.length + 1) + bucket] ?? 0;
  }

  /** How many values `row` has. */
  countOf(row: number): number {
    let count = 0;
    for (let bucket = 0; bucket <= this.bounds.length; bucket++) count += this.countIn(row, bucket);
    return count;
  }

  /** Sum of the values of `row`. */
  sumOf(row: number): number {
    return this.#sums[row] ?? 0;
  }
}
