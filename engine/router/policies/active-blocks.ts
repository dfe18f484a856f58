import { HASH_WORDS } from '../../../shared/block-hash.ts';
import { nextDepth } from '../bookings.ts';

const FIRST_SLOTS = 128;
/** A slot is a rung's hash and the number of requests that have the rung; it is free at 0. */
const SLOT_WORDS = 3;
const HI = 1;
const USERS = 2;
/** Spreads `lo` over the slots even where a caller's hashes are small or in sequence. */
const GOLDEN = 0x9e3779b1;

/**
 * How many blocks the prompts that one worker has at present take up, those that they share counted
 * once. Of a prompt only the rungs of a ladder are kept, as in `Bookings`: a rung stands for the
 * blocks below it down to the one before, so up to depth 16 sharing is exact, and beyond more than
 * 7/8 of it is found. Open addressing with linear probing, 24 to 48 bytes a rung, doubling.
 */
export class ActiveBlocks {
  readonly #capRungs: number;
  #slots = new Int32Array(FIRST_SLOTS * SLOT_WORDS);
  #mask = FIRST_SLOTS - 1;
  #rungs = 0;
  #blocks = 0;
  #forgottenBlocks = 0;

  /** `capRungs` is 1 to 2^24. */
  constructor(capRungs: number) {
    this.#capRungs = capRungs;
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
    for (let from = 0; from < blocks; ) {
      const depth = nextDepth(from, blocks);
      const at = this.#find(hashes, depth);
      const users = this.#slots[at + USERS]!;
      if (users > 0) this.#slots[at + USERS] = users + 1;
      else if (this.#rungs === this.#capRungs) this.#forgottenBlocks += depth - from;
      else {
        this.#take(at, hashes, depth);
        this.#blocks += depth - from;
      }
      from = depth;
    }
  }

  /** One request less has them. */
  remove(hashes: Uint32Array, blocks: number): void {
    for (let from = 0; from < blocks; ) {
      const depth = nextDepth(from, blocks);
      const at = this.#find(hashes, depth);
      const users = this.#slots[at + USERS]!;
      if (users > 1) this.#slots[at + USERS] = users - 1;
      else if (users === 1) {
        this.#vacate(at);
        this.#blocks -= depth - from;
      }
      from = depth;
    }
  }

  /** How many of the first `blocks` blocks of `hashes` are in use. */
  match(hashes: Uint32Array, blocks: number): number {
    let from = 0;
    while (from < blocks) {
      const depth = nextDepth(from, blocks);
      if (this.#slots[this.#find(hashes, depth) + USERS] === 0) break;
      from = depth;
    }
    return from;
  }

  clear(): void {
    this.#slots.fill(0);
    this.#rungs = 0;
    this.#blocks = 0;
  }

  /** Where the slot of the rung at `depth` begins, or the free one where it belongs. */
  #find(hashes: Uint32Array, depth: number): number {
    const at = (depth - 1) * HASH_WORDS;
    return this.#slotOf(hashes[at]! | 0, hashes[at + 1]! | 0);
  }

  #slotOf(lo: number, hi: number): number {
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

  #take(free: number, hashes: Uint32Array, depth: number): void {
    let at = free;
    if (2 * this.#rungs > this.#mask) {
      this.#grow();
      at = this.#find(hashes, depth);
    }
    this.#rungs++;
    this.#slots[at] = hashes[(depth - 1) * HASH_WORDS]!;
    this.#slots[at + HI] = hashes[(depth - 1) * HASH_WORDS + 1]!;
    this.#slots[at + USERS] = 1;
  }

  /** Empties a slot and moves back the rungs behind it as far as they may. */
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
    this.#rungs--;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Int32Array(old.length * 2);
    this.#mask = this.#mask * 2 + 1;
    for (let from = 0; from < old.length; from += SLOT_WORDS) {
      if (old[from + USERS] === 0) continue;
      const to = this.#slotOf(old[from]!, old[from + HI]!);
      for (let word = 0; word < SLOT_WORDS; word++) this.#slots[to + word] = old[from + word]!;
    }
  }
}
