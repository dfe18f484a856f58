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

/** The root for one seed, for example `hashText(model + salt)`. */
export function hashRoot(seed: number): HashRoot {
  return { lo: mix32(seed), hi: mix32(seed ^ 0x5bd1e995) };
}

/**
 * Hashes the full blocks of `tokens[0 .. count)` into `out` as (lo, hi) pairs, which must have room
 * for `floor(count / blockSize)` of them, and returns their number. Tokens of a last partial block
 * are not hashed, since only full blocks can be shared.
 */
export function hashBlocks(
  tokens: Uint32Array,
  count: number,
  blockSize: number,
  root: HashRoot,
  out: Uint32Array,
): number {
  const blocks = Math.floor(count / blockSize);
  let lo = root.lo | 0;
  let hi = root.hi | 0;
  let at = 0;
  for (let block = 0; block < blocks; block++) {
    for (const end = at + blockSize; at < end; at++) {
      const token = tokens[at]!;
      lo = Math.imul(lo ^ token, 0x9e3779b1);
      lo ^= lo >>> 15;
      hi = Math.imul(hi + token, 0x85ebca77) ^ lo;
    }
    // Signed again, since an unsigned word is a double to the compiler.
    lo = mix32(lo ^ (hi >>> 7)) | 0;
    hi = mix32(hi ^ lo) | 0;
    out[block * HASH_WORDS] = lo;
    out[block * HASH_WORDS + 1] = hi & 0x7fffffff;
  }
  return blocks;
}
