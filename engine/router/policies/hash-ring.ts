import { combineSeeds } from '../../../shared/rng.ts';

/** As in ketama. Shares of the ring then deviate by about 1 / sqrt(160), or 8 %, from fair ones. */
export const RING_PARAMETERS = { pointsPerWorker: 160 } as const;
/**
 * A point and its owner in one double: the point in the upper 32 bits, the worker in the lower 8.
 */
const OWNERS = 256;

/**
 * A consistent-hash ring: a key belongs to the first worker at or after its point. When a worker
 * may not be used, only its own keys move, each to the next worker on the ring.
 */
export class HashRing {
  readonly #points: Uint32Array;
  readonly #owners: Uint8Array;

  constructor(workers: number) {
    const packed = new Float64Array(workers * RING_PARAMETERS.pointsPerWorker);
    for (let at = 0; at < packed.length; at++) {
      const worker = at % workers;
      packed[at] = combineSeeds(worker, Math.floor(at / workers)) * OWNERS + worker;
    }
    packed.sort();
    this.#points = Uint32Array.from(packed, (value) => Math.floor(value / OWNERS));
    this.#owners = Uint8Array.from(packed, (value) => value % OWNERS);
  }

  /**
   * The worker that `key` (32 bits) belongs to among those with a 1 in `allowed`; one must have it.
   */
  ownerOf(key: number, allowed: Uint8Array): number {
    let at = this.#firstAtOrAfter(key);
    for (;;) {
      if (at === this.#points.length) at = 0;
      const owner = this.#owners[at]!;
      if (allowed[owner] === 1) return owner;
      at++;
    }
  }

  #firstAtOrAfter(key: number): number {
    let low = 0;
    let high = this.#points.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#points[middle]! < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
