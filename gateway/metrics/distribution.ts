import { assert } from '../../shared/assert.ts';
import { LOG_BUCKETS, logBucket, logBucketFloor } from './log-scale.ts';
import type { SlidingWindow } from './sliding-window.ts';

/** Counts since the start by row and bucket, as a histogram shows them. Not cumulative. */
export interface Histogram {
  /** Inclusive upper ends of the buckets. One more bucket holds what is above all of them. */
  readonly bounds: readonly number[];
  countIn(row: number, bucket: number): number;
  /** Sum of the values of `row`. */
  sumOf(row: number): number;
}

/**
 * How values of one kind are distributed: by row, their count, sum and buckets since the start, and
 * sliding windows. A value is observed once, in the unit of the bounds, and is not negative.
 */
export class Distribution implements Histogram {
  readonly bounds: readonly number[];
  readonly rows: number;
  readonly #counts: Float64Array;
  readonly #sums: Float64Array;
  readonly #windows: readonly SlidingWindow[];
  /** From the window of a row to that of the next one. */
  readonly #windowStep: 0 | 1;
  /** For each bucket of the logarithmic scale, how many bounds are below all of its values. */
  readonly #firstBound = new Uint8Array(LOG_BUCKETS);

  /** `bounds` rise. `windows` are one for each row, one for all rows, or none. */
  constructor(bounds: readonly number[], rows: number, windows: readonly SlidingWindow[] = []) {
    this.bounds = bounds;
    this.rows = rows;
    this.#windows = windows;
    this.#windowStep = windows.length === 1 ? 0 : 1;
    this.#counts = new Float64Array(rows * (bounds.length + 1));
    this.#sums = new Float64Array(rows);
    let first = 0;
    for (let bucket = 1; bucket < LOG_BUCKETS; bucket++) {
      const floor = logBucketFloor(bucket);
      while ((bounds[first] ?? Number.POSITIVE_INFINITY) < floor) first++;
      this.#firstBound[bucket] = first;
    }
  }

  /** Takes in `count` equal values. Only windows need to know `nowUs`. */
  observe(row: number, value: number, nowUs = 0, count = 1): void {
    const { bounds } = this;
    const logarithmic = logBucket(value);
    let at = this.#firstBound[logarithmic] ?? 0;
    // At most a few bounds lie within one bucket of the scale; past the last one nothing compares.
    while (value > (bounds[at] ?? Number.POSITIVE_INFINITY)) at++;
    const cell = row * (bounds.length + 1) + at;
    this.#counts[cell] = (this.#counts[cell] ?? 0) + count;
    this.#sums[row] = (this.#sums[row] ?? 0) + value * count;
    if (this.#windows.length > 0) {
      this.#windows[row * this.#windowStep]?.record(value, logarithmic, count, nowUs);
    }
  }

  /** The window of `row`, or of all rows. */
  window(row = 0): SlidingWindow {
    const window = this.#windows[row * this.#windowStep];
    assert(window !== undefined, 'the distribution has windows');
    return window;
  }

  countIn(row: number, bucket: number): number {
    return this.#counts[row * (this.bounds.length + 1) + bucket] ?? 0;
  }

  sumOf(row: number): number {
    return this.#sums[row] ?? 0;
  }

  /** How many values `row` has. */
  countOf(row: number): number {
    let count = 0;
    for (let bucket = 0; bucket <= this.bounds.length; bucket++) count += this.countIn(row, bucket);
    return count;
  }

  /** All rows as one, row 0. */
  overall(): Histogram {
    return {
      bounds: this.bounds,
      countIn: (_row, bucket) => this.#sumOfRows((row) => this.countIn(row, bucket)),
      sumOf: () => this.#sumOfRows((row) => this.sumOf(row)),
    };
  }

  /** The same in wider buckets; each of `bounds` is one of its own. */
  within(bounds: readonly number[]): Histogram {
    const ends = bounds.map((bound) => this.bounds.indexOf(bound));
    assert(!ends.includes(-1), 'wider buckets end where those of the distribution do');
    return {
      bounds,
      countIn: (row, bucket) => {
        const last = ends[bucket] ?? this.bounds.length;
        let count = 0;
        for (let own = (ends[bucket - 1] ?? -1) + 1; own <= last; own++) {
          count += this.countIn(row, own);
        }
        return count;
      },
      sumOf: (row) => this.sumOf(row),
    };
  }

  #sumOfRows(read: (row: number) => number): number {
    let sum = 0;
    for (let row = 0; row < this.rows; row++) sum += read(row);
    return sum;
  }
}
