/** The window moves on by a slice at a time. */
const SLICE_US = 1_000_000;

/**
 * What was added up for each worker within a window of time: in slices of a second, so that it
 * takes the same memory whatever the number of requests.
 */
export class WindowSums {
  readonly #workers: number;
  readonly #slices: number;
  /** Of each slice in turn, each worker's. Whole numbers, so that nothing is left of their sum. */
  readonly #bySlice: Float64Array;
  readonly #sums: Float64Array;
  #slice = 0;

  constructor(workers: number, windowSeconds: number) {
    this.#workers = workers;
    this.#slices = windowSeconds;
    this.#bySlice = new Float64Array(workers * windowSeconds);
    this.#sums = new Float64Array(workers);
  }

  /** It is `atUs` now; earlier than before is taken for the same time. */
  advance(atUs: number): void {
    const slice = Math.floor(atUs / SLICE_US);
    const first = Math.max(this.#slice + 1, slice - this.#slices + 1);
    for (let next = first; next <= slice; next++) this.#drop(next % this.#slices);
    this.#slice = Math.max(this.#slice, slice);
  }

  /** What was added for `worker` within the window. */
  of(worker: number): number {
    return this.#sums[worker]!;
  }

  /** Adds `amount`, rounded to a whole number. */
  add(worker: number, amount: number): void {
    const at = (this.#slice % this.#slices) * this.#workers + worker;
    const whole = Math.round(amount);
    this.#bySlice[at] = this.#bySlice[at]! + whole;
    this.#sums[worker] = this.#sums[worker]! + whole;
  }

  /** Forgets what was added for `worker`. */
  clear(worker: number): void {
    this.#sums[worker] = 0;
    for (let at = worker; at < this.#bySlice.length; at += this.#workers) this.#bySlice[at] = 0;
  }

  #drop(slot: number): void {
    for (let worker = 0; worker < this.#workers; worker++) {
      const at = slot * this.#workers + worker;
      this.#sums[worker] = this.#sums[worker]! - this.#bySlice[at]!;
      this.#bySlice[at] = 0;
    }
  }
}
