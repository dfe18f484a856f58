import { HASH_WORDS } from '../../../shared/block-hash.ts';

const FIRST_ENTRIES = 64;
const NONE = -1;
/** Spreads `lo` over the slots even where a caller's hashes are small or in sequence. */
const GOLDEN = 0x9e3779b1;

/**
 * The blocks of the prompts that were sent to one worker, as a tree: a chained hash names its whole
 * prefix, so the set of them is the tree. At its limit the least recently used leaf goes. A prompt
 * is entered last block first, so that a block is always older than the ones before it in its
 * chain: the oldest is a leaf, and what is left is whole prefixes. 24 bytes a block, doubling.
 */
export class RoutedBlocks {
  readonly #capBlocks: number;
  #lo = new Uint32Array(FIRST_ENTRIES);
  #hi = new Uint32Array(FIRST_ENTRIES);
  /** Neighbours of each entry in the order of use. */
  #newer = new Int32Array(FIRST_ENTRIES);
  #older = new Int32Array(FIRST_ENTRIES);
  /** Entry of each slot; open addressing with linear probing, at most half of the slots taken. */
  #slots = new Int32Array(2 * FIRST_ENTRIES).fill(NONE);
  #newest = NONE;
  #oldest = NONE;
  #blocks = 0;
  #evictedBlocks = 0;

  /** `capBlocks` is at least 1. */
  constructor(capBlocks: number) {
    this.#capBlocks = capBlocks;
  }

  /** Blocks in the tree. */
  get blocks(): number {
    return this.#blocks;
  }

  /** Blocks that had to go because the tree was at its limit. */
  get evictedBlocks(): number {
    return this.#evictedBlocks;
  }

  /** How many of the first `blocks` blocks of `hashes` lead down the tree, by bisection. */
  match(hashes: Uint32Array, blocks: number): number {
    let low = 0;
    let high = blocks;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      const at = (middle - 1) * HASH_WORDS;
      if (this.#slots[this.#slotOf(hashes[at]!, hashes[at + 1]!)] === NONE) high = middle - 1;
      else low = middle;
    }
    return low;
  }

  /** Enters the first `blocks` blocks of `hashes`, which are then the most recently used. */
  insert(hashes: Uint32Array, blocks: number): void {
    for (let block = blocks - 1; block >= 0; block--) {
      const lo = hashes[block * HASH_WORDS]!;
      const hi = hashes[block * HASH_WORDS + 1]!;
      let entry = this.#slots[this.#slotOf(lo, hi)]!;
      if (entry === NONE) entry = this.#add(lo, hi);
      else this.#unlink(entry);
      this.#linkNewest(entry);
    }
  }

  /** Takes an entry for a block that is not in the tree: a new one, or that of the oldest block. */
  #add(lo: number, hi: number): number {
    let entry = this.#blocks;
    if (entry === this.#capBlocks) {
      entry = this.#oldest;
      this.#unlink(entry);
      this.#vacate(this.#slotOf(this.#lo[entry]!, this.#hi[entry]!));
      this.#evictedBlocks++;
    } else {
      if (entry === this.#lo.length) this.#grow();
      this.#blocks++;
    }
    this.#lo[entry] = lo;
    this.#hi[entry] = hi;
    this.#slots[this.#slotOf(lo, hi)] = entry;
    return entry;
  }

  #linkNewest(entry: number): void {
    this.#older[entry] = this.#newest;
    this.#newer[entry] = NONE;
    if (this.#newest === NONE) this.#oldest = entry;
    else this.#newer[this.#newest] = entry;
    this.#newest = entry;
  }

  #unlink(entry: number): void {
    const newer = this.#newer[entry]!;
    const older = this.#older[entry]!;
    if (newer === NONE) this.#newest = older;
    else this.#older[newer] = older;
    if (older === NONE) this.#oldest = newer;
    else this.#newer[older] = newer;
  }

  /** The slot of a hash, or the free one where it belongs. */
  #slotOf(lo: number, hi: number): number {
    const slots = this.#slots;
    let slot = this.#homeOf(lo);
    for (;;) {
      const entry = slots[slot]!;
      if (entry === NONE || (this.#lo[entry] === lo && this.#hi[entry] === hi)) return slot;
      slot = (slot + 1) & (slots.length - 1);
    }
  }

  #homeOf(lo: number): number {
    return Math.imul(lo, GOLDEN) >>> (Math.clz32(this.#slots.length) + 1);
  }

  /** Empties a slot and moves back the entries behind it as far as they may. */
  #vacate(slot: number): void {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let hole = slot;
    for (let next = (slot + 1) & mask; slots[next] !== NONE; next = (next + 1) & mask) {
      const home = this.#homeOf(this.#lo[slots[next]!]!);
      if (((next - home) & mask) < ((next - hole) & mask)) continue;
      slots[hole] = slots[next]!;
      hole = next;
    }
    slots[hole] = NONE;
  }

  #grow(): void {
    const entries = this.#lo.length * 2;
    this.#lo = grown(this.#lo, new Uint32Array(entries));
    this.#hi = grown(this.#hi, new Uint32Array(entries));
    this.#newer = grown(this.#newer, new Int32Array(entries));
    this.#older = grown(this.#older, new Int32Array(entries));
    this.#slots = new Int32Array(2 * entries).fill(NONE);
    for (let entry = 0; entry < this.#blocks; entry++) {
      this.#slots[this.#slotOf(this.#lo[entry]!, this.#hi[entry]!)] = entry;
    }
  }
}

function grown<Values extends Uint32Array | Int32Array>(from: Values, into: Values): Values {
  into.set(from);
  return into;
}
