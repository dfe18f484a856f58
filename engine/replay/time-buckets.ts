/** A series is folded to stay below this many buckets. */
const BUCKETS_MAX = 240;
/** Width to begin with, in microseconds. */
const FIRST_WIDTH_US = 1e6;

/**
 * Sums over time in equal buckets, several columns side by side. When the time outgrows the buckets
 * they become twice as wide, so that memory does not grow with the length of a run. Sums of
 * integers: folding changes nothing in them.
 */
export class TimeBuckets {
  readonly #columns: number;
  readonly #sums: Float64Array;
  #widthUs = FIRST_WIDTH_US;
  #used = 0;

  constructor(columns: number) {
    this.#columns = columns;
    this.#sums = new Float64Array(columns * BUCKETS_MAX);
  }

  get widthUs(): number {
    return this.#widthUs;
  }

  /** Buckets up to the last one that something was added to. */
  get length(): number {
    return this.#used;
  }

  at(bucket: number, column: number): number {
    return this.#sums[bucket * this.#columns + column]!;
  }

  /** Adds `amount` at one instant, from 0 on. */
  add(column: number, atUs: number, amount: number): void {
    const at = this.#bucketAt(atUs) * this.#columns + column;
    this.#sums[at] = this.#sums[at]! + amount;
  }

  /** Adds each of `rates`, held from `fromUs` to `toUs`, to the columns from `column` on. */
  addSpan(column: number, fromUs: number, toUs: number, rates: Float64Array): void {
    if (toUs <= fromUs) return;
    const last = this.#bucketAt(toUs - 1);
    let bucket = Math.floor(fromUs / this.#widthUs);
    let startUs = fromUs;
    for (; bucket <= last; bucket++) {
      const endUs = bucket === last ? toUs : (bucket + 1) * this.#widthUs;
      const at = bucket * this.#columns + column;
      for (let i = 0; i < rates.length; i++) {
        this.#sums[at + i] = this.#sums[at + i]! + rates[i]! * (endUs - startUs);
      }
      startUs = endUs;
    }
  }

  #bucketAt(atUs: number): number {
    while (atUs >= this.#widthUs * BUCKETS_MAX) this.#fold();
    const bucket = Math.floor(atUs / this.#widthUs);
    if (bucket >= this.#used) this.#used = bucket + 1;
    return bucket;
  }

  #fold(): void {
    const sums = this.#sums;
    const columns = this.#columns;
    const half = sums.length / 2;
    for (let at = 0; at < half; at++) {
      const from = 2 * at - (at % columns);
      sums[at] = sums[from]! + sums[from + columns]!;
    }
    sums.fill(0, half);
    this.#widthUs *= 2;
    this.#used = Math.ceil(this.#used / 2);
  }
}
