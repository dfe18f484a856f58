import { HASH_WORDS } from '../../../shared/block-hash.ts';

const FIRST_ENTRIES = 64;
const NONE = -1;
/** An entry is a block's hash and its neighbours in the order of use, side by side in memory. */
const ENTRY_WORDS = 4;
const HI = 1;
const NEWER = 2;
const OLDER = 3;
/** Spreads `lo` over the slots even where a caller's hashes are small or in sequence. */
const GOLDEN = 0x9e3779b1;
/** A slot is 0 while it is free, else the number of its entry plus one, and a tag above that. */
const TAG_SHIFT = 25;
const NUMBER = 2 ** TAG_SHIFT - 1;

/**
 * The blocks of the prompts that were sent to one worker, as a tree: a chained hash names its whole
 * prefix, so the set of them is the tree. At its limit the least recently used leaf goes. A prompt
 * is entered last block first, so that a block is always older than the ones before it in its
 * chain: the oldest is a leaf, and what is left is whole prefixes. 24 bytes a block, doubling.
 *
 * Trees of all workers together exceed the processor's caches, and an operation costs as much as
 * the lines that it waits for. So a slot has seven bits of its hash, which tell nearly every other
 * entry from the one that is looked for.
 */
export class RoutedBlocks {
  readonly #capBlocks: number;
  /** `ENTRY_WORDS` each; an entry is known by the place of its first word. */
  #entries = new Int32Array(FIRST_ENTRIES * ENTRY_WORDS);
  /** Entry of each slot; open addressing with linear probing, at most half of the slots taken. */
  #slots = new Int32Array(2 * FIRST_ENTRIES);
  #newest = NONE;
  #oldest = NONE;
  #blocks = 0;
  #forgottenBlocks = 0;

  /** `capBlocks` is 1 to 2^24. */
  constructor(capBlocks: number) {
    this.#capBlocks = capBlocks;
  }

  /** Blocks in the tree. */
  get blocks(): number {
    return this.#blocks;
  }

  /** Blocks that had to go because the tree was at its limit. */
  get forgottenBlocks(): number {
    return this.#forgottenBlocks;
  }

  /**
   * How many of the first `blocks` blocks of `hashes` lead down the tree. Most prompts share little
   * with most workers, so it looks near the root first: by doubling, and then by bisection.
   */
  match(hashes: Uint32Array, blocks: number): number {
    let low = 0;
    let step = 1;
    while (low + step <= blocks && this.#has(hashes, low + step)) {
      low += step;
      step *= 2;
    }
    let high = Math.min(low + step - 1, blocks);
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.#has(hashes, middle)) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Enters the first `blocks` blocks of `hashes`, which are then the most recently used. */
  insert(hashes: Uint32Array, blocks: number): void {
    for (let block = blocks - 1; block >= 0; block--) {
      const lo = hashes[block * HASH_WORDS]!;
      const hi = hashes[block * HASH_WORDS + 1]!;
      const slot = this.#slotOf(lo, hi);
      let entry = entryIn(this.#slots[slot]!);
      if (entry === this.#newest && entry !== NONE) continue;
      if (entry === NONE) entry = this.#add(lo, hi, slot);
      else this.#unlink(entry);
      this.#linkNewest(entry);
    }
  }

  /** Whether the block that ends a prefix of so many blocks is in the tree. */
  #has(hashes: Uint32Array, blocks: number): boolean {
    const at = (blocks - 1) * HASH_WORDS;
    return this.#slots[this.#slotOf(hashes[at]!, hashes[at + 1]!)] !== 0;
  }

  /**
   * Takes an entry for a block that is not in the tree and belongs in `slot`: a new one, or that of
   * the oldest block.
   */
  #add(lo: number, hi: number, slot: number): number {
    let entry = this.#blocks * ENTRY_WORDS;
    let home = slot;
    if (this.#blocks === this.#capBlocks) {
      entry = this.#oldest;
      this.#unlink(entry);
      this.#vacate(this.#slotOf(this.#entries[entry]!, this.#entries[entry + HI]!));
      this.#forgottenBlocks++;
      home = this.#slotOf(lo, hi);
    } else {
      if (entry === this.#entries.length) {
        this.#grow();
        home = this.#slotOf(lo, hi);
      }
      this.#blocks++;
    }
    this.#entries[entry] = lo;
    this.#entries[entry + HI] = hi;
    this.#slots[home] = slotFor(entry, hi);
    return entry;
  }

  #linkNewest(entry: number): void {
    const entries = this.#entries;
    entries[entry + OLDER] = this.#newest;
    entries[entry + NEWER] = NONE;
    if (this.#newest === NONE) this.#oldest = entry;
    else entries[this.#newest + NEWER] = entry;
    this.#newest = entry;
  }

  #unlink(entry: number): void {
    const entries = this.#entries;
    const newer = entries[entry + NEWER]!;
    const older = entries[entry + OLDER]!;
    if (newer === NONE) this.#newest = older;
    else entries[newer + OLDER] = older;
    if (older === NONE) this.#oldest = newer;
    else entries[older + NEWER] = newer;
  }

  /** The slot of a hash, or the free one where it belongs. */
  #slotOf(lo: number, hi: number): number {
    const slots = this.#slots;
    const entries = this.#entries;
    const tag = hi << TAG_SHIFT;
    let slot = this.#homeOf(lo);
    for (let found = slots[slot]!; found !== 0; found = slots[slot]!) {
      if (((found ^ tag) & ~NUMBER) === 0) {
        const entry = entryIn(found);
        if (entries[entry] === (lo | 0) && entries[entry + HI] === (hi | 0)) return slot;
      }
      slot = (slot + 1) & (slots.length - 1);
    }
    return slot;
  }

  #homeOf(lo: number): number {
    return Math.imul(lo, GOLDEN) >>> (Math.clz32(this.#slots.length) + 1);
  }

  /** Empties a slot and moves back the entries behind it as far as they may. */
  #vacate(slot: number): void {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let hole = slot;
    for (let next = (slot + 1) & mask; slots[next] !== 0; next = (next + 1) & mask) {
      const home = this.#homeOf(this.#entries[entryIn(slots[next]!)]!);
      if (((next - home) & mask) < ((next - hole) & mask)) continue;
      slots[hole] = slots[next]!;
      hole = next;
    }
    slots[hole] = 0;
  }

  #grow(): void {
    const old = this.#entries;
    const entries = new Int32Array(old.length * 2);
    entries.set(old);
    this.#entries = entries;
    this.#slots = new Int32Array(this.#slots.length * 2);
    for (let entry = 0; entry < old.length; entry += ENTRY_WORDS) {
      const hi = entries[entry + HI]!;
      this.#slots[this.#slotOf(entries[entry]!, hi)] = slotFor(entry, hi);
    }
  }
}

/** The entry of a slot; `NONE` where there is none. */
function entryIn(slot: number): number {
  return slot === 0 ? NONE : ((slot & NUMBER) - 1) * ENTRY_WORDS;
}

function slotFor(entry: number, hi: number): number {
  return (entry / ENTRY_WORDS + 1) | (hi << TAG_SHIFT);
}
