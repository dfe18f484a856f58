/** Prefixes that are accounted for at once; a power of two. */
const ACCOUNTS = 4096;

/** Share of what a copy would have spared that is put aside for it. Fitted: of 0.25, 0.5 and 1. */
const SAVED_SHARE = 0.25;

/**
 * Whether a prefix that some workers hold should be computed on one more. No single request may be
 * worth it, and all of them together may: the question of renting or buying, with its usual answer.
 * Each request that goes to a holder puts aside a share of what it would have been spared on the
 * best worker with the prefix already there, and a worker without it is so much cheaper for the
 * next one; a request that computes it there takes all. (Black and Sleator, "Competitive Algorithms
 * for Replication and Migration Problems", 1989.)
 *
 * A prefix is known by the hash of its last block. The table has one place for each value of some
 * bits of it: of two prefixes that meet there, the one that puts aside more stays, and the other
 * has to begin again.
 */
export class CopyAccounts {
  readonly #lo = new Int32Array(ACCOUNTS);
  readonly #hi = new Int32Array(ACCOUNTS);
  readonly #savedUs = new Float64Array(ACCOUNTS);

  /** What has been put aside for a copy of the prefix that ends with the block (lo, hi). */
  savedUs(lo: number, hi: number): number {
    const at = lo & (ACCOUNTS - 1);
    return this.#lo[at] === (lo | 0) && this.#hi[at] === (hi | 0) ? this.#savedUs[at]! : 0;
  }

  /** A request was placed on a holder, and a copy elsewhere would have spared it `sparedUs`. */
  save(lo: number, hi: number, sparedUs: number): void {
    const at = lo & (ACCOUNTS - 1);
    const us = SAVED_SHARE * sparedUs;
    if (this.#lo[at] === (lo | 0) && this.#hi[at] === (hi | 0)) {
      this.#savedUs[at] = this.#savedUs[at]! + us;
    } else if (us > this.#savedUs[at]!) {
      this.#lo[at] = lo;
      this.#hi[at] = hi;
      this.#savedUs[at] = us;
    }
  }

  /** A copy is being computed. */
  spend(lo: number, hi: number): void {
    const at = lo & (ACCOUNTS - 1);
    if (this.#lo[at] === (lo | 0) && this.#hi[at] === (hi | 0)) this.#savedUs[at] = 0;
  }
}
