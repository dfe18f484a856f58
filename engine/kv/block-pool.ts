import { assert } from '../../shared/assert.ts';
import { NO_BLOCK } from './block-list.ts';

/**
 * Who owns each block of a KV cache. A block is in one of three states:
 *
 * - blank: nobody refers to it and nothing in it is worth keeping;
 * - cached: nobody refers to it, but its content is kept until the room is needed;
 * - active: one or more sequences refer to it.
 *
 * Every operation is O(1). Cached blocks form a doubly linked list in the order in which their last
 * reference was given up; blank ones that have been used before form a stack in the same links.
 * Blocks that were never used are only counted, so a fresh pool touches no memory and needs no
 * loop. 12 bytes per block. What the blocks hold, the pool does not know.
 */
export class BlockPool {
  readonly #numBlocks: number;
  /** Sequences that refer to each block. */
  readonly #refs: Int32Array;
  /**
   * Towards the more and the less recently used neighbour. The entry one past the last block is
   * the ring's anchor: `next` of it is the least, `prev` of it the most recently used cached block.
   * A block on the blank stack has the one below it in `next`.
   */
  readonly #next: Int32Array;
  readonly #prev: Int32Array;
  #blankTop = NO_BLOCK;
  #blank: number;
  /** Blocks from this one on were never used. */
  #neverUsed = 0;
  #cached = 0;

  constructor(numBlocks: number) {
    assert(Number.isInteger(numBlocks) && numBlocks >= 1, 'a pool has at least one block');
    this.#numBlocks = numBlocks;
    this.#refs = new Int32Array(numBlocks);
    this.#next = new Int32Array(numBlocks + 1);
    this.#prev = new Int32Array(numBlocks + 1);
    this.#next[numBlocks] = numBlocks;
    this.#prev[numBlocks] = numBlocks;
    this.#blank = numBlocks;
  }

  get blank(): number {
    return this.#blank;
  }

  get cached(): number {
    return this.#cached;
  }

  get active(): number {
    return this.#numBlocks - this.#blank - this.#cached;
  }

  isActive(block: number): boolean {
    return this.#refs[block]! > 0;
  }

  /** Makes a blank block active with one reference; `NO_BLOCK` when there is none. */
  takeBlank(): number {
    if (this.#blank === 0) return NO_BLOCK;
    let block = this.#blankTop;
    if (block === NO_BLOCK) block = this.#neverUsed++;
    else this.#blankTop = this.#next[block]!;
    this.#blank--;
    this.#refs[block] = 1;
    return block;
  }

  /** Makes the least recently used cached block active with one reference; `NO_BLOCK` when none. */
  takeOldest(): number {
    if (this.#cached === 0) return NO_BLOCK;
    const block = this.#next[this.#numBlocks]!;
    this.#unlink(block);
    this.#refs[block] = 1;
    return block;
  }

  /** One more reference to a cached or active block. */
  retain(block: number): void {
    const refs = this.#refs[block]!;
    if (refs === 0) this.#unlink(block);
    this.#refs[block] = refs + 1;
  }

  /** One reference less; with the last one the block becomes cached if `keep` is set, else blank. */
  release(block: number, keep: boolean): void {
    const refs = this.#refs[block]! - 1;
    assert(refs >= 0, 'only an active block can be released');
    this.#refs[block] = refs;
    if (refs > 0) return;
    if (keep) {
      this.#link(block);
    } else {
      this.#next[block] = this.#blankTop;
      this.#blankTop = block;
      this.#blank++;
    }
  }

  /** Walks everything and asserts that links, reference counts and counters agree. O(n), for tests. */
  checkInvariants(): void {
    const seen = new Uint8Array(this.#numBlocks);
    const visit = (block: number): void => {
      assert(seen[block] === 0, 'a block is in one list at most');
      assert(this.#refs[block] === 0, 'a listed block has no reference');
      seen[block] = 1;
    };
    let blank = this.#numBlocks - this.#neverUsed;
    for (let block = this.#neverUsed; block < this.#numBlocks; block++) visit(block);
    for (let block = this.#blankTop; block !== NO_BLOCK; block = this.#next[block]!) {
      visit(block);
      blank++;
    }
    assert(blank === this.#blank, 'the blank count is the length of the blank list');
    const anchor = this.#numBlocks;
    let cached = 0;
    for (let block = this.#next[anchor]!; block !== anchor; block = this.#next[block]!) {
      visit(block);
      assert(this.#next[this.#prev[block]!] === block, 'links agree in both directions');
      cached++;
    }
    assert(this.#next[this.#prev[anchor]!] === anchor, 'the ring closes');
    assert(cached === this.#cached, 'the cached count is the length of the ring');
    let active = 0;
    for (let block = 0; block < this.#numBlocks; block++) {
      if (this.#refs[block]! > 0) active++;
      else assert(seen[block] === 1, 'a block without references is in a list');
    }
    assert(active + blank + cached === this.#numBlocks, 'active + blank + cached = capacity');
  }

  #link(block: number): void {
    const anchor = this.#numBlocks;
    const newest = this.#prev[anchor]!;
    this.#next[newest] = block;
    this.#prev[block] = newest;
    this.#next[block] = anchor;
    this.#prev[anchor] = block;
    this.#cached++;
  }

  #unlink(block: number): void {
    const next = this.#next[block]!;
    const prev = this.#prev[block]!;
    this.#next[prev] = next;
    this.#prev[next] = prev;
    this.#cached--;
  }
}
