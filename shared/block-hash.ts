import { mix32 } from './rng.ts';

/**
 * Chained block hashes. A block's hash covers its tokens and the hash of the block before it, so
 * equal hash means equal prefix. A hash is 63 bits in two words, `lo` (32) and `hi` (31): the free
 * top bit of `hi` marks removals in KV events. Two 32-bit lanes avoid BigInt.
 */

/** Words per hash in a buffer of hashes. */
export const HASH_WORDS = 2;

/** Start of a chain: requests of another model or tenant (`salt`) never share blocks. */
export interface HashRoot {
  readonly lo: number;
  readonly hi: number;
}

/** The root for a seed of one or of two 32-bit words. */
export function hashRoot(lo: number, hi = lo): HashRoot {
  return { lo: mix32(lo), hi: mix32(hi ^ 0x5bd1e995) };
}

/** A chain that grows: it goes on where the last block ended. */
export class HashChain {
  #lo: number;
  #hi: number;

  constructor(root: HashRoot) {
    this.#lo = root.lo | 0;
    this.#hi = root.hi | 0;
  }

  /** The chain as it is now, as the root of another one. */
  get end(): HashRoot {
    return { lo: this.#lo, hi: this.#hi };
  }

  /**
   * Hashes the full blocks of `tokens[0 .. count)` into `out`, from index `at` on, as (lo, hi)
   * pairs, for `floor(count / blockSize)` of which there must be room, and returns their number.
   * Tokens of a last partial block are not hashed, since only full blocks can be shared.
   */
  append(
    tokens: Uint32Array,
    count: number,
    blockSize: number,
    out: Uint32Array,
    at: number,
  ): number {
    const blocks = Math.floor(count / blockSize);
    let lo = this.#lo;
    let hi = this.#hi;
    let next = 0;
    for (let block = 0; block < blocks; block++) {
      for (const end = next + blockSize; next < end; next++) {
        const token = tokens[next]!;
        lo = Math.imul(lo ^ token, 0x9e3779b1);
        lo ^= lo >>> 15;
        hi = Math.imul(hi + token, 0x85ebca77) ^ lo;
      }
      // Signed again, since an unsigned word is a double to the compiler.
      lo = mix32(lo ^ (hi >>> 7)) | 0;
      hi = mix32(hi ^ lo) | 0;
      out[at + block * HASH_WORDS] = lo;
      out[at + block * HASH_WORDS + 1] = hi & 0x7fffffff;
    }
    this.#lo = lo;
    this.#hi = hi;
    return blocks;
  }
}

/** Hashes the full blocks of `tokens[0 .. count)` into `out`: see `HashChain.append`. */
export function hashBlocks(
  tokens: Uint32Array,
  count: number,
  blockSize: number,
  root: HashRoot,
  out: Uint32Array,
): number {
  return new HashChain(root).append(tokens, count, blockSize, out, 0);
}

/** The hashes of all `parts`, one after the other; not a copy of a single one. */
export function joinedHashes(parts: readonly Uint32Array[]): Uint32Array {
  const [first = new Uint32Array(0)] = parts;
  if (parts.length <= 1) return first;
  const whole = new Uint32Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
