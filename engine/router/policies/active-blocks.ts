import { HASH_WORDS } from '../../../shared/block-hash.ts';

const FIRST_SLOTS = 128;
/** A slot is a block's hash and the number of requests that have the block; it is free at 0. */
const SLOT_WORDS = 3;
const HI = 1;
const USERS = 2;
/** Spreads `lo` over the slots even where a caller's hashes are small or in sequence. */
const GOLDEN = 0x9e3779b1;

/**
 * The blocks of the prompts that one worker has at present, each counted once however many requests
 * share it. Open addressing with linear probing, 24 to 48 bytes a block, doubling.
 */
export class ActiveBlocks {
  readonly #capBlocks: number;
  #slots = new Int32Array(FIRST_SLOTS * SLOT_WORDS);
  #mask = FIRST_SLOTS - 1;
  #blocks = 0;
  #forgottenBlocks = 0;

  /** `capBlocks` is 1 to 2^24. */
  constructor(capBlocks: number) {
    this.#capBlocks = capBlocks;
  }

  /** Different blocks that are in use. */
  get blocks(): number {
    return this.#blocks;
  }

  /** Blocks that were not counted because there were too many already. */
  get forgottenBlocks(): number {
    return this.#forgottenBlocks;
  }

  /** One more request has the first `blocks` blocks of `hashes`. */
  add(hashes: Uint32Array, blocks: number): void {
    for (let block = 0; block < blocks; block++) {
      const lo = hashes[block * HASH_WORDS]! | 0;
      const hi = hashes[block * HASH_WORDS + 1]! | 0;
      const at = this.#find(lo, hi);
      const users = this.#slots[at + USERS]!;
      if (users > 0) this.#slots[at + USERS] = users + 1;
      else if (this.#blocks === this.#capBlocks) this.#forgottenBlocks++;
      else this.#take(at, lo, hi);
    }
  }

  /** One request less has them. */
  remove(hashes: Uint32Array, blocks: number): void {
    for (let block = 0; block < blocks; block++) {
      const at = this.#find(hashes[block * HASH_WORDS]! | 0, hashes[block * HASH_WORDS + 1]! | 0);
      const users = this.#slots[at + USERS]!;
      if (users > 1) this.#slots[at + USERS] = users - 1;
      else if (users === 1) this.#vacate(at);
    }
  }

  /**
   * How many of the first `blocks` blocks of `hashes` are in use: a request that has a block has
   * all before it, so by doubling and then by bisection.
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

  clear(): void {
    this.#slots.fill(0);
    this.#blocks = 0;
  }

  #has(hashes: Uint32Array, blocks: number): boolean {
    const at = (blocks - 1) * HASH_WORDS;
    return this.#slots[this.#find(hashes[at]! | 0, hashes[at + 1]! | 0) + USERS] !== 0;
  }

  /** Where the slot of a hash begins, or the free one where it belongs. */
  #find(lo: number, hi: number): number {
    const slots = this.#slots;
    for (let slot = this.#homeOf(lo); ; slot = (slot + 1) & this.#mask) {
      const at = slot * SLOT_WORDS;
      if (slots[at + USERS] === 0) return at;
      if (slots[at] === lo && slots[at + HI] === hi) return at;
    }
  }

  #homeOf(lo: number): number {
    return Math.imul(lo, GOLDEN) >>> Math.clz32(this.#mask);
  }

  #take(free: number, lo: number, hi: number): void {
    let at = free;
    if (2 * this.#blocks > this.#mask) {
      this.#grow();
      at = this.#find(lo, hi);
    }
    this.#blocks++;
    this.#slots[at] = lo;
    this.#slots[at + HI] = hi;
    this.#slots[at + USERS] = 1;
  }

  /** Empties a slot and moves back the blocks behind it as far as they may. */
  #vacate(at: number): void {
    const slots = this.#slots;
    const mask = this.#mask;
    let hole = at / SLOT_WORDS;
    for (let next = (hole + 1) & mask; ; next = (next + 1) & mask) {
      const from = next * SLOT_WORDS;
      if (slots[from + USERS] === 0) break;
      const home = this.#homeOf(slots[from]!);
      if (((next - home) & mask) < ((next - hole) & mask)) continue;
      slots.copyWithin(hole * SLOT_WORDS, from, from + SLOT_WORDS);
      hole = next;
    }
    slots[hole * SLOT_WORDS + USERS] = 0;
    this.#blocks--;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Int32Array(old.length * 2);
    this.#mask = this.#mask * 2 + 1;
    for (let from = 0; from < old.length; from += SLOT_WORDS) {
      if (old[from + USERS] === 0) continue;
      const to = this.#find(old[from]!, old[from + HI]!);
      for (let word = 0; word < SLOT_WORDS; word++) this.#slots[to + word] = old[from + word]!;
    }
  }
}
