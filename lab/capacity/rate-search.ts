/**
 * A rate that is tried is at most about this many times the first one, and at least that part of
 * it. The limit lies between two doublings, so that their rounding makes none more or less.
 */
const REACH = 2 ** 14 * Math.SQRT2;

/** Significant digits of a rate that is tried: what is printed is what was replayed. */
export const RATE_DIGITS = 4;

/**
 * Searches for the highest rate that passes, given that lower rates pass and higher ones fail:
 * doubles or halves until the answer lies between two rates, then bisects their ratio. Gives up
 * when twice the rate was no more load for the fleet: there is none that fails then.
 */
export class RateSearch {
  readonly #first: number;
  readonly #precision: number;
  #passed = 0;
  #failed = Number.POSITIVE_INFINITY;
  #load = 0;
  #isStalled = false;

  /** Ends when the lowest rate that failed is within `precision`, a fraction, of the answer. */
  constructor(first: number, precision: number) {
    this.#first = rounded(first);
    this.#precision = precision;
  }

  /** The highest rate that passed; 0 when none did. */
  get highest(): number {
    return this.#passed;
  }

  /** True when every rate that was tried passed: the answer is higher still. */
  get isUnbounded(): boolean {
    return this.#failed === Number.POSITIVE_INFINITY;
  }

  /** The rate to try next, or undefined when the answer is known. */
  next(): number | undefined {
    const passed = this.#passed;
    const failed = this.#failed;
    if (this.isUnbounded) {
      if (passed === 0) return this.#first;
      return this.#isStalled || passed * 2 > this.#first * REACH ? undefined : rounded(passed * 2);
    }
    if (passed === 0) return failed < this.#first / REACH ? undefined : rounded(failed / 2);
    if (failed <= passed * (1 + this.#precision)) return undefined;
    const between = rounded(Math.sqrt(passed * failed));
    return between > passed && between < failed ? between : undefined;
  }

  /** `rate`, which `next` has named, passes or not. `load` is what it meant for the fleet. */
  record(rate: number, passes: boolean, load: number): void {
    if (!passes) {
      this.#failed = rate;
      return;
    }
    this.#isStalled = load <= this.#load * (1 + this.#precision);
    this.#passed = rate;
    this.#load = load;
  }
}

function rounded(rate: number): number {
  return Number(rate.toPrecision(RATE_DIGITS));
}
