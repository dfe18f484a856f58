import { assert } from '../../shared/assert.ts';
import { NO_BLOCK } from './block-list.ts';

/** Words of a block's record: its references at 0, then its neighbours. */
const RECORD_WORDS = 3;
const NEXT = 1;
const PREV = 2;

/**
 * Who owns each block of a KV cache. A block is in one of three states:
 *
 * - blank: nobody refers to it and nothing in it is worth keeping;
 * - cached: nobody refers to it, but its content is kept until the room is needed;
 * - active: one or more sequences refer to it.
 *
 * Every operation is O(1). Cached blocks form a ring in the order in which their last reference was
 * given up; blank ones that have been used before form a stack in the same links. Blocks that were
 * never used are only counted, so that a fresh pool has touched no memory. What the blocks hold,
 * the pool does not know.
 *
 * 12 bytes per block, side by side: a large cache exceeds the processor's own, and then an
 * operation costs as much as the cache lines that it touches.
 */
export class BlockPool {
  readonly #numBlocks: number;
  /**
   * `NEXT` is the next more recently used block of the ring, or the next lower block of the stack;
   * `PREV` is the next less recently used one. The record past those of the blocks anchors the
   * ring: its `NEXT` is the least, its `PREV` the most recently used cached block.
   */
  readonly #records: Int32Array;
  #blankTop = NO_BLOCK;
  #blank: number;
  /** Blocks from this one on were never used. */
  #neverUsed = 0;
  #cached = 0;

  constructor(numBlocks: number) {
    assert(Number.isInteger(numBlocks) && numBlocks >= 1, 'a pool has at least one block');
    this.#numBlocks = numBlocks;
    this.#records = new Int32Array((numBlocks + 1) * RECORD_WORDS);
    this.#records[numBlocks * RECORD_WORDS + NEXT] = numBlocks;
    this.#records[numBlocks * RECORD_WORDS + PREV] = numBlocks;
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
    return this.#records[block * RECORD_WORDS]! > 0;
  }

  /** Makes a blank block active with one reference; `NO_BLOCK` when there is none. */
  takeBlank(): number {
    if (this.#blank === 0) return NO_BLOCK;
    let block = this.#blankTop;
    if (block === NO_BLOCK) block = this.#neverUsed++;
    else this.#blankTop = this.#records[block * RECORD_WORDS + NEXT]!;
    this.#blank--;
    this.#records[block * RECORD_WORDS] = 1;
    return block;
  }

  /** Makes the least recently used cached block active with one reference; `NO_BLOCK` if none. */
  takeOldest(): number {
    if (this.#cached === 0) return NO_BLOCK;
    const block = this.#records[this.#numBlocks * RECORD_WORDS + NEXT]!;
    this.#unlink(block);
    this.#records[block * RECORD_WORDS] = 1;
    return block;
  }

  /**
   * The cached block that is the next more recently used one after `block`; without one, the least
   * recently used. `NO_BLOCK` at the end.
   */
  nextOldest(block = this.#numBlocks): number {
    const next = this.#neighbour(block, NEXT);
    return next === this.#numBlocks ? NO_BLOCK : next;
  }

  /** One more reference to a block that is cached or active. */
  retain(block: number): void {
    if (!this.isActive(block)) this.#unlink(block);
    this.#records[block * RECORD_WORDS]!++;
  }

  /**
   * One reference less; with the last one the block becomes cached if `keep` is set, else blank.
   * Returns whether it was the last one.
   */
  release(block: number, keep: boolean): boolean {
    assert(this.isActive(block), 'only an active block can be released');
    const record = block * RECORD_WORDS;
    this.#records[record]!--;
    if (this.#records[record] !== 0) return false;
    if (keep) {
      this.#link(block);
    } else {
      this.#records[record + NEXT] = this.#blankTop;
      this.#blankTop = block;
      this.#blank++;
    }
    return true;
  }

  /** Asserts that lists, references and counts agree. O(n), for tests. */
  checkInvariants(): void {
    const listed = new Set<number>();
    const list = (block: number): void => {
      assert(!this.isActive(block), 'a listed block has no reference');
      assert(!listed.has(block), 'a block is in one list at most');
      listed.add(block);
    };
    for (let block = this.#neverUsed; block < this.#numBlocks; block++) list(block);
    for (let block = this.#blankTop; block !== NO_BLOCK; block = this.#neighbour(block, NEXT)) {
      list(block);
    }
    assert(listed.size === this.#blank, 'the blank count is the number of blank blocks');
    let last = this.#numBlocks;
    for (;;) {
      const block = this.#neighbour(last, NEXT);
      assert(this.#neighbour(block, PREV) === last, 'the links of the ring agree');
      if (block === this.#numBlocks) break;
      list(block);
      last = block;
    }
    assert(
      listed.size === this.#blank + this.#cached,
      'the cached count is the length of the ring',
    );
    for (let block = 0; block < this.#numBlocks; block++) {
      assert(this.isActive(block) !== listed.has(block), 'a block is active or in a list');
    }
  }

  #neighbour(block: number, side: typeof NEXT | typeof PREV): number {
    return this.#records[block * RECORD_WORDS + side]!;
  }

  #link(block: number): void {
    const records = this.#records;
    const anchor = this.#numBlocks;
    const newest = records[anchor * RECORD_WORDS + PREV]!;
    records[block * RECORD_WORDS + NEXT] = anchor;
    records[block * RECORD_WORDS + PREV] = newest;
    records[newest * RECORD_WORDS + NEXT] = block;
    records[anchor * RECORD_WORDS + PREV] = block;
    this.#cached++;
  }

  #unlink(block: number): void {
    const records = this.#records;
    const next = records[block * RECORD_WORDS + NEXT]!;
    const prev = records[block * RECORD_WORDS + PREV]!;
    records[prev * RECORD_WORDS + NEXT] = next;
    records[next * RECORD_WORDS + PREV] = prev;
    this.#cached--;
  }
}
