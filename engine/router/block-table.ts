import { assert } from '../../shared/assert.ts';
import { HASH_WORDS } from '../../shared/block-hash.ts';

/** Marks a slot as taken: a hash has 63 bits, so the top bit of its `hi` word is free. */
const TAKEN = 0x80000000 | 0;
/** Spreads `lo` over the slots even where a caller's hashes are small or in sequence. */
const GOLDEN = 0x9e3779b1;
const SLOTS_MIN = 64;
/** A slot holds lo, then hi with `TAKEN`, then the bitmap. */
const HEAD_WORDS = 2;

/** What `BlockTable.add` did. */
export const ADDED = {
  added: 0,
  /** The worker's bit was set before. */
  known: 1,
  /** The hash is new and the table holds as many as it may. Nothing was changed. */
  full: 2,
} as const;
export type Added = (typeof ADDED)[keyof typeof ADDED];

/**
 * Block hash -> the set of workers that have the block: one flat open-addressed table with linear
 * probing. A slot keeps key and bitmap side by side, so that a lookup touches one cache line, and a
 * removal shifts the entries behind it back, so that no tombstones pile up under churn. A slot is 8
 * bytes and 4 more for each 32 workers. The table doubles when it is 3/8 full: fuller, and removals
 * slow down by a quarter for the longer runs that they have to mend.
 */
export class BlockTable {
  readonly #workers: number;
  readonly #bitmapWords: number;
  readonly #slotWords: number;
  readonly #capBlocks: number;
  #table: Int32Array;
  #slotMask: number;
  #shift: number;
  /** Takes what `prefetch` read, so that the reads are not optimised away. */
  readonly #prefetched = new Int32Array(1);
  #blocks = 0;
  #growAt: number;

  /** `capBlocks` is the largest number of distinct hashes, at most 2^26. */
  constructor(workers: number, capBlocks: number) {
    assert(workers >= 1 && workers <= 256, 'a block table serves 1 to 256 workers');
    assert(capBlocks >= 1 && capBlocks <= 2 ** 26, 'a block table holds 1 to 2^26 blocks');
    this.#workers = workers;
    this.#bitmapWords = (workers + 31) >>> 5;
    this.#slotWords = HEAD_WORDS + this.#bitmapWords;
    this.#capBlocks = capBlocks;
    this.#table = new Int32Array(SLOTS_MIN * this.#slotWords);
    this.#slotMask = SLOTS_MIN - 1;
    this.#shift = Math.clz32(this.#slotMask);
    this.#growAt = (SLOTS_MIN * 3) >>> 3;
  }

  /** Distinct hashes held. */
  get blocks(): number {
    return this.#blocks;
  }

  /** Sets the bit of `worker` on the block. */
  add(lo: number, hi: number, worker: number): Added {
    const table = this.#table;
    const tag = hi | TAKEN;
    const key = lo | 0;
    const slotWords = this.#slotWords;
    let slot = Math.imul(key, GOLDEN) >>> this.#shift;
    let at = Math.imul(slot, slotWords);
    for (let found = table[at + 1]!; found !== 0; found = table[at + 1]!) {
      if (found === tag && table[at] === key) return this.#setBit(at, worker);
      slot = (slot + 1) & this.#slotMask;
      at = Math.imul(slot, slotWords);
    }
    if (this.#blocks >= this.#capBlocks) return ADDED.full;
    if (this.#blocks >= this.#growAt) {
      this.#grow();
      return this.add(lo, hi, worker);
    }
    table[at] = key;
    table[at + 1] = tag;
    table[at + HEAD_WORDS + (worker >>> 5)] = 1 << (worker & 31);
    this.#blocks++;
    return ADDED.added;
  }

  /** Clears the bit of `worker`; a block without workers is forgotten. Says whether it was set. */
  remove(lo: number, hi: number, worker: number): boolean {
    const slot = this.#find(lo | 0, hi | TAKEN);
    if (slot < 0) return false;
    const at = Math.imul(slot, this.#slotWords);
    const table = this.#table;
    const wordAt = at + HEAD_WORDS + (worker >>> 5);
    const bits = table[wordAt]!;
    const left = bits & ~(1 << (worker & 31));
    if (left === bits) return false;
    table[wordAt] = left;
    if (left === 0 && this.#isOrphan(at)) this.#vacate(slot);
    return true;
  }

  has(lo: number, hi: number, worker: number): boolean {
    const slot = this.#find(lo | 0, hi | TAKEN);
    if (slot < 0) return false;
    const word = this.#table[Math.imul(slot, this.#slotWords) + HEAD_WORDS + (worker >>> 5)]!;
    return (word & (1 << (worker & 31))) !== 0;
  }

  /** Writes the bitmap of the block's workers to `into[at ..]`; false and zeros if it has none. */
  read(lo: number, hi: number, into: Int32Array, at: number): boolean {
    const slot = this.#find(lo | 0, hi | TAKEN);
    const from = Math.imul(slot, this.#slotWords) + HEAD_WORDS;
    for (let word = 0; word < this.#bitmapWords; word++) {
      into[at + word] = slot < 0 ? 0 : this.#table[from + word]!;
    }
    return slot >= 0;
  }

  /**
   * Brings the home slots of the (lo, hi) pairs in `hashes[from .. to)` into the processor's
   * caches, ahead of as many operations on them. In a large table every operation waits for memory
   * and then branches on what it read, which keeps the next one from starting; these bare reads
   * overlap, and halve the time of a batch.
   */
  prefetch(hashes: Uint32Array, from: number, to: number): void {
    const table = this.#table;
    let sum = 0;
    for (let at = from; at < to; at += HASH_WORDS) {
      const slot = Math.imul(hashes[at]!, GOLDEN) >>> this.#shift;
      sum ^= table[Math.imul(slot, this.#slotWords)]!;
    }
    this.#prefetched[0] = sum;
  }

  /** Clears every bit of `worker` in one pass over the table and returns how many there were. */
  removeWorker(worker: number): number {
    const wordOffset = HEAD_WORDS + (worker >>> 5);
    const bit = 1 << (worker & 31);
    let removed = 0;
    for (let slot = 0; slot <= this.#slotMask; slot++) {
      const at = Math.imul(slot, this.#slotWords);
      // Vacating a slot may pull the next entry, not yet looked at, into it: look again.
      while ((this.#table[at + wordOffset]! & bit) !== 0) {
        this.#table[at + wordOffset] = this.#table[at + wordOffset]! & ~bit;
        removed++;
        if (this.#isOrphan(at)) this.#vacate(slot);
      }
    }
    return removed;
  }

  /**
   * Visits every (block, worker) pair, in no particular order. The table must not change meanwhile.
   */
  visit(visitor: (lo: number, hi: number, worker: number) => void): void {
    for (let slot = 0; slot <= this.#slotMask; slot++) {
      const at = Math.imul(slot, this.#slotWords);
      if (this.#table[at + 1] === 0) continue;
      for (let worker = 0; worker < this.#workers; worker++) {
        if ((this.#table[at + HEAD_WORDS + (worker >>> 5)]! & (1 << (worker & 31))) === 0) continue;
        visitor(this.#table[at]! >>> 0, this.#table[at + 1]! & ~TAKEN, worker);
      }
    }
  }

  #find(key: number, tag: number): number {
    const table = this.#table;
    const slotWords = this.#slotWords;
    let slot = Math.imul(key, GOLDEN) >>> this.#shift;
    for (;;) {
      const at = Math.imul(slot, slotWords);
      const found = table[at + 1]!;
      if (found === tag && table[at] === key) return slot;
      if (found === 0) return -1;
      slot = (slot + 1) & this.#slotMask;
    }
  }

  #setBit(at: number, worker: number): Added {
    const wordAt = at + HEAD_WORDS + (worker >>> 5);
    const bits = this.#table[wordAt]!;
    const more = bits | (1 << (worker & 31));
    if (more === bits) return ADDED.known;
    this.#table[wordAt] = more;
    return ADDED.added;
  }

  #isOrphan(at: number): boolean {
    for (let word = 0; word < this.#bitmapWords; word++) {
      if (this.#table[at + HEAD_WORDS + word] !== 0) return false;
    }
    return true;
  }

  /**
   * Empties the slot, whose bitmap is zero, and moves back the entries behind it as far as they
   * may.
   */
  #vacate(slot: number): void {
    const table = this.#table;
    const mask = this.#slotMask;
    const slotWords = this.#slotWords;
    let hole = slot;
    for (let next = (slot + 1) & mask; ; next = (next + 1) & mask) {
      const nextAt = Math.imul(next, slotWords);
      if (table[nextAt + 1] === 0) break;
      const home = Math.imul(table[nextAt]!, GOLDEN) >>> this.#shift;
      if (((next - home) & mask) < ((next - hole) & mask)) continue;
      const holeAt = Math.imul(hole, slotWords);
      for (let word = 0; word < slotWords; word++) table[holeAt + word] = table[nextAt + word]!;
      hole = next;
    }
    const holeAt = Math.imul(hole, slotWords);
    table[holeAt + 1] = 0;
    for (let word = HEAD_WORDS; word < slotWords; word++) table[holeAt + word] = 0;
    this.#blocks--;
  }

  #grow(): void {
    const old = this.#table;
    const slotWords = this.#slotWords;
    const slots = (this.#slotMask + 1) * 2;
    assert(slots * slotWords < 2 ** 31, 'an offset into a block table is a 32-bit number');
    const table = new Int32Array(slots * slotWords);
    this.#table = table;
    this.#slotMask = slots - 1;
    this.#shift = Math.clz32(this.#slotMask);
    this.#growAt = (slots * 3) >>> 3;
    for (let from = 0; from < old.length; from += slotWords) {
      if (old[from + 1] === 0) continue;
      let slot = Math.imul(old[from]!, GOLDEN) >>> this.#shift;
      while (table[Math.imul(slot, slotWords) + 1] !== 0) slot = (slot + 1) & this.#slotMask;
      const at = Math.imul(slot, slotWords);
      for (let word = 0; word < slotWords; word++) table[at + word] = old[from + word]!;
    }
  }
}
