import { ZERO_US } from '../../shared/units.ts';

/** A series is folded to stay below this many buckets. */
const BUCKETS_MAX = 240;
/** Width to begin with, in microseconds. */
const FIRST_WIDTH_US = 1e6;

/**
 * Sums and greatest values over time in equal buckets, several columns side by side, those of sums
 * first. When the time outgrows the buckets they become twice as wide, so that memory does not grow
 * with the length of a run. Sums of integers: folding changes nothing in them.
 */
export class TimeBuckets {
  readonly #sums: number;
  readonly #columns: number;
  readonly #values: Float64Array;
  #widthUs = FIRST_WIDTH_US;
  #used = 0;
  #endUs: number = ZERO_US;

  constructor(sums: number, maxima = 0) {
    this.#sums = sums;
    this.#columns = sums + maxima;
    this.#values = new Float64Array(this.#columns * BUCKETS_MAX);
  }

  get widthUs(): number {
    return this.#widthUs;
  }

  /** Buckets up to the last one that something was added to. */
  get length(): number {
    return this.#used;
  }

  /** How much of the bucket's width had passed when something was added last. */
  coveredUs(bucket: number): number {
    return Math.min(this.#widthUs, this.#endUs - bucket * this.#widthUs);
  }

  at(bucket: number, column: number): number {
    return this.#values[bucket * this.#columns + column]!;
  }

  /** Adds `amount` at one instant, from 0 on. */
  add(column: number, atUs: number, amount: number): void {
    const at = this.#bucketAt(atUs) * this.#columns + column;
    this.#values[at] = this.#values[at]! + amount;
    this.#endUs = Math.max(this.#endUs, atUs);
  }

  /**
   * Adds what was held from `fromUs` to `toUs` to the columns from `column` on: `count` rates,
   * those in `rates` from `at` on.
   */
  addSpan(
    column: number,
    fromUs: number,
    toUs: number,
    rates: Float64Array,
    at: number,
    count: number,
  ): void {
    if (toUs <= fromUs) return;
    const values = this.#values;
    const last = this.#bucketAt(toUs - 1);
    this.#endUs = Math.max(this.#endUs, toUs);
    let bucket = Math.floor(fromUs / this.#widthUs);
    let startUs = fromUs;
    for (; bucket <= last; bucket++) {
      const endUs = bucket === last ? toUs : (bucket + 1) * this.#widthUs;
      const to = bucket * this.#columns + column;
      for (let i = 0; i < count; i++) {
        values[to + i] = values[to + i]! + rates[at + i]! * (endUs - startUs);
      }
      startUs = endUs;
    }
  }

  /** Lifts a column of maxima to `value`, which held from `fromUs` to `toUs`. */
  raiseSpan(column: number, fromUs: number, toUs: number, value: number): void {
    if (toUs <= fromUs || value === 0) return;
    const last = this.#bucketAt(toUs - 1);
    this.#endUs = Math.max(this.#endUs, toUs);
    for (let bucket = Math.floor(fromUs / this.#widthUs); bucket <= last; bucket++) {
      const at = bucket * this.#columns + column;
      this.#values[at] = Math.max(this.#values[at]!, value);
    }
  }

  #bucketAt(atUs: number): number {
    while (atUs >= this.#widthUs * BUCKETS_MAX) this.#fold();
    const bucket = Math.floor(atUs / this.#widthUs);
    if (bucket >= this.#used) this.#used = bucket + 1;
    return bucket;
  }

  #fold(): void {
    const values = this.#values;
    const columns = this.#columns;
    const half = values.length / 2;
    for (let at = 0; at < half; at++) {
      const column = at % columns;
      const from = 2 * at - column;
      const [first, second] = [values[from]!, values[from + columns]!];
      values[at] = column < this.#sums ? first + second : Math.max(first, second);
    }
    values.fill(0, half);
    this.#widthUs *= 2;
    this.#used = Math.ceil(this.#used / 2);
  }
}
