import { assert } from '../../shared/assert.ts';
import { HASH_WORDS } from '../../shared/block-hash.ts';
import { NO_BLOCK } from './block-list.ts';

/** Set in the stored `hi` of a block that holds a hash; hashes leave this bit free. */
const HELD = 0x80000000 | 0;

/**
 * Which block holds which hash, both ways. A hash is 63 bits, (lo, hi) with the top bit of `hi`
 * clear; each hash is in one block at most and a block holds one hash at most.
 *
 * Open addressing with linear probing over twice as many slots as blocks or more, so that a probe
 * sequence is short however full the cache is. A removal shifts the entries behind it back instead
 * of leaving a tombstone: a cache that evicts for every insert would fill up with those.
 * A slot is the block's index plus one, 0 when empty; the hash stands with the block. Nothing is
 * written at construction. 16 to 24 bytes per block.
 */
export class HashTable {
  readonly #slots: Int32Array;
  readonly #mask: number;
  readonly #shift: number;
  /** Per block: lo, and hi with `HELD`. */
  readonly #hashes: Int32Array;
  #size = 0;

  constructor(numBlocks: number) {
    const bits = Math.max(1, 32 - Math.clz32(numBlocks * 2 - 1));
    this.#slots = new Int32Array(2 ** bits);
    this.#mask = 2 ** bits - 1;
    this.#shift = 32 - bits;
    this.#hashes = new Int32Array(numBlocks * HASH_WORDS);
  }

  /** Hashes held. */
  get size(): number {
    return this.#size;
  }

  /** The block that holds the hash, or `NO_BLOCK`. */
  find(lo: number, hi: number): number {
    const slots = this.#slots;
    const hashes = this.#hashes;
    const low = lo | 0;
    const high = hi | HELD;
    for (let at = this.#home(low, high); ; at = (at + 1) & this.#mask) {
      const block = slots[at]! - 1;
      if (block === NO_BLOCK) return NO_BLOCK;
      const word = block * HASH_WORDS;
      if (hashes[word] === low && hashes[word + 1] === high) return block;
    }
  }

  /** True when `block` holds a hash. */
  holds(block: number): boolean {
    return this.#hashes[block * HASH_WORDS + 1]! < 0;
  }

  /** The words of the hash that `block` holds, unsigned. */
  loOf(block: number): number {
    return this.#hashes[block * HASH_WORDS]! >>> 0;
  }

  hiOf(block: number): number {
    return this.#hashes[block * HASH_WORDS + 1]! & ~HELD;
  }

  /** Puts a hash that no block holds into a block that holds none. */
  insert(block: number, lo: number, hi: number): void {
    assert(!this.holds(block), 'a block holds one hash at most');
    const slots = this.#slots;
    const low = lo | 0;
    const high = hi | HELD;
    let at = this.#home(low, high);
    while (slots[at] !== 0) at = (at + 1) & this.#mask;
    slots[at] = block + 1;
    this.#hashes[block * HASH_WORDS] = low;
    this.#hashes[block * HASH_WORDS + 1] = high;
    this.#size++;
  }

  /** Makes `block`, which holds a hash, hold none. */
  remove(block: number): void {
    assert(this.holds(block), 'only a hash that is held can be removed');
    const slots = this.#slots;
    const mask = this.#mask;
    let hole = this.#homeOf(block);
    while (slots[hole] !== block + 1) hole = (hole + 1) & mask;
    // An entry behind the hole may move into it unless its home lies behind the hole: then its
    // probe sequence would no longer pass it.
    for (let at = (hole + 1) & mask; slots[at] !== 0; at = (at + 1) & mask) {
      const distanceFromHome = (at - this.#homeOf(slots[at]! - 1)) & mask;
      if (distanceFromHome >= ((at - hole) & mask)) {
        slots[hole] = slots[at]!;
        hole = at;
      }
    }
    slots[hole] = 0;
    this.#hashes[block * HASH_WORDS + 1] = 0;
    this.#size--;
  }

  /** Asserts that both directions agree. O(n), for tests. */
  checkInvariants(): void {
    let held = 0;
    for (let block = 0; block * HASH_WORDS < this.#hashes.length; block++) {
      if (!this.holds(block)) continue;
      held++;
      assert(this.find(this.loOf(block), this.hiOf(block)) === block, 'a held hash is found');
    }
    let used = 0;
    for (const slot of this.#slots) if (slot !== 0) used++;
    assert(held === this.#size && used === this.#size, 'size = blocks with a hash = used slots');
  }

  #homeOf(block: number): number {
    const word = block * HASH_WORDS;
    return this.#home(this.#hashes[word]!, this.#hashes[word + 1]!);
  }

  /** Multiply-shift hashing, so that hashes which are not well spread do no harm either. */
  #home(low: number, high: number): number {
    return (Math.imul(low, 0x9e3779b1) + Math.imul(high, 0x85ebca77)) >>> this.#shift;
  }
}
