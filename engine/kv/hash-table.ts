import { assert } from '../../shared/assert.ts';
import { HASH_WORDS } from '../../shared/block-hash.ts';
import { NO_BLOCK } from './block-list.ts';

/** Set in the stored `hi` of a block that holds a hash; hashes leave this bit free. */
const HELD = 0x80000000 | 0;

/** Words of a block's entry: lo, hi with `HELD`, and the next block of the same bucket plus one. */
const ENTRY_WORDS = 3;
const HI = 1;
const CHAIN = 2;

/**
 * Which block holds which hash, both ways. A hash is 63 bits, (lo, hi) with the top bit of `hi`
 * clear; each hash is in one block at most and a block holds one hash at most.
 *
 * A block is in one chain at most, so the links of the chains stand with the blocks, and a chain
 * starts in one of at least twice as many buckets as there are blocks: nearly every chain is empty
 * or one block long however full the cache is. Unlike in open addressing, a removal moves no other
 * entry and leaves no tombstone, which counts in a cache that evicts for every insert.
 * Nothing is written at construction. 20 to 28 bytes per block.
 */
export class HashTable {
  /** The first block of each chain plus one, 0 when there is none. */
  readonly #buckets: Int32Array;
  readonly #shift: number;
  readonly #entries: Int32Array;
  /** Takes what was read ahead, so that the reads are not optimised away. */
  readonly #prefetched = new Int32Array(1);
  #size = 0;

  constructor(numBlocks: number) {
    const bits = Math.max(1, 32 - Math.clz32(numBlocks * 2 - 1));
    this.#buckets = new Int32Array(2 ** bits);
    this.#shift = 32 - bits;
    this.#entries = new Int32Array(numBlocks * ENTRY_WORDS);
  }

  /** Hashes held. */
  get size(): number {
    return this.#size;
  }

  /** The block that holds the hash, or `NO_BLOCK`. */
  find(lo: number, hi: number): number {
    return this.#findIn(this.#bucketOf(lo | 0, hi | HELD), lo | 0, hi | HELD);
  }

  /** True when `block` holds a hash. */
  holds(block: number): boolean {
    return this.#entries[block * ENTRY_WORDS + HI]! < 0;
  }

  /** True when `block` holds this very hash. */
  holdsHash(block: number, lo: number, hi: number): boolean {
    const entry = block * ENTRY_WORDS;
    return this.#entries[entry] === (lo | 0) && this.#entries[entry + HI] === (hi | HELD);
  }

  /** The words of the hash that `block` holds, unsigned. */
  loOf(block: number): number {
    return this.#entries[block * ENTRY_WORDS]! >>> 0;
  }

  hiOf(block: number): number {
    return this.#entries[block * ENTRY_WORDS + HI]! & ~HELD;
  }

  /**
   * Brings what an insertion of each of the (lo, hi) pairs `from .. to - 1` of `hashes` looks at
   * into the processor's caches. In a large table every operation waits for memory and then
   * branches on what it read, which keeps the next one from starting; these bare reads overlap.
   */
  prefetch(hashes: Uint32Array, from: number, to: number): void {
    const entries = this.#entries;
    let sum = 0;
    for (let at = from * HASH_WORDS; at < to * HASH_WORDS; at += HASH_WORDS) {
      const first = this.#buckets[this.#bucketOf(hashes[at]! | 0, hashes[at + 1]! | HELD)]!;
      sum ^= entries[Math.max(0, first - 1) * ENTRY_WORDS]!;
    }
    this.#prefetched[0] = sum;
  }

  /** The same for the removal of `block`, which holds a hash. */
  prefetchHolder(block: number): void {
    const entries = this.#entries;
    const entry = block * ENTRY_WORDS;
    const first = this.#buckets[this.#bucketOf(entries[entry]!, entries[entry + HI]!)]!;
    this.#prefetched[0] = entries[(first - 1) * ENTRY_WORDS]!;
  }

  /** Makes `block`, which holds no hash, hold this one; false if another block holds it already. */
  insert(block: number, lo: number, hi: number): boolean {
    assert(!this.holds(block), 'a block holds one hash at most');
    const bucket = this.#bucketOf(lo | 0, hi | HELD);
    if (this.#findIn(bucket, lo | 0, hi | HELD) !== NO_BLOCK) return false;
    const entry = block * ENTRY_WORDS;
    this.#entries[entry] = lo;
    this.#entries[entry + HI] = hi | HELD;
    this.#entries[entry + CHAIN] = this.#buckets[bucket]!;
    this.#buckets[bucket] = block + 1;
    this.#size++;
    return true;
  }

  /** Makes `block`, which holds a hash, hold none. */
  remove(block: number): void {
    assert(this.holds(block), 'only a hash that is held can be removed');
    const entries = this.#entries;
    const entry = block * ENTRY_WORDS;
    const bucket = this.#bucketOf(entries[entry]!, entries[entry + HI]!);
    const first = this.#buckets[bucket]! - 1;
    if (first === block) {
      this.#buckets[bucket] = entries[entry + CHAIN]!;
    } else {
      let before = first * ENTRY_WORDS;
      while (entries[before + CHAIN] !== block + 1) {
        before = (entries[before + CHAIN]! - 1) * ENTRY_WORDS;
      }
      entries[before + CHAIN] = entries[entry + CHAIN]!;
    }
    entries[entry + HI] = 0;
    this.#size--;
  }

  /** Asserts that both directions agree. O(n), for tests. */
  checkInvariants(): void {
    let held = 0;
    for (let block = 0; block * ENTRY_WORDS < this.#entries.length; block++) {
      if (!this.holds(block)) continue;
      held++;
      assert(this.find(this.loOf(block), this.hiOf(block)) === block, 'a held hash is found');
    }
    let chained = 0;
    for (const first of this.#buckets) {
      for (let next = first; next !== 0; next = this.#entries[(next - 1) * ENTRY_WORDS + CHAIN]!) {
        chained++;
      }
    }
    assert(held === this.#size && chained === this.#size, 'size = blocks with a hash = links');
  }

  #findIn(bucket: number, low: number, high: number): number {
    const entries = this.#entries;
    let block = this.#buckets[bucket]! - 1;
    while (block !== NO_BLOCK) {
      const entry = block * ENTRY_WORDS;
      if (entries[entry] === low && entries[entry + HI] === high) return block;
      block = entries[entry + CHAIN]! - 1;
    }
    return NO_BLOCK;
  }

  /** Multiply-shift hashing, so that hashes which are not well spread do no harm either. */
  #bucketOf(low: number, high: number): number {
    return (Math.imul(low, 0x9e3779b1) + Math.imul(high, 0x85ebca77)) >>> this.#shift;
  }
}
