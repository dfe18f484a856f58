import { assert } from '../../shared/assert.ts';
import { HASH_WORDS } from '../../shared/block-hash.ts';
import { REMOVED_BIT } from '../../shared/protocol.ts';
import type { U32List } from '../../shared/u32-list.ts';
import { type BlockList, NO_BLOCK } from './block-list.ts';
import { BlockPool } from './block-pool.ts';
import { HashTable } from './hash-table.ts';

/** At most so many blocks are read ahead of what is done to them. */
const RUN_BLOCKS = 64;
/** For fewer than so many, reading ahead costs as much as it saves. */
const RUN_BLOCKS_MIN = 24;

export interface PrefixCacheOptions {
  /** Capacity, at least 1. */
  readonly numBlocks: number;
  /** When false nothing is ever matchable and every released block is blank again. */
  readonly prefixCaching: boolean;
}

/**
 * The KV block cache of one worker. A sequence retains the blocks of its prefix that match,
 * allocates the others, commits each of them when the step that computed it has ended, and releases
 * them all at the end. A committed block is matchable from then until it is evicted, whether a
 * sequence refers to it or not, and an event tells of it.
 *
 * A block can also be expected: it is matchable while it is being computed, so that sequences that
 * are scheduled together share it, but nobody outside hears of it. Whoever of those that refer to
 * it is done first commits it; when the last of them is gone before that, it was never there.
 *
 * Eviction takes the block whose last reference was given up longest ago, in O(1). Along a prefix
 * that is the leaf: a sequence refers to all blocks before one that it refers to and releases the
 * last one first, so whoever gives up a block gives up its parent right after, and the parent is
 * referred to or more recently used than its child. What is cached stays reachable from the root.
 *
 * 33 to 41 bytes per block in flat arrays, which the system provides page by page as they are used.
 */
export class PrefixCache {
  readonly #pool: BlockPool;
  readonly #table: HashTable;
  readonly #numBlocks: number;
  readonly #prefixCaching: boolean;
  readonly #events: U32List;
  /** 1 for each block that is expected. */
  readonly #expected: Uint8Array;
  #evictions = 0;
  #duplicateCommits = 0;

  /**
   * `events` belongs to the caller, who also clears it. Each change of what is matchable pushes
   * two words: (lo, hi) when a hash is stored, (lo, hi | REMOVED_BIT) when it is removed.
   */
  constructor(options: PrefixCacheOptions, events: U32List) {
    this.#pool = new BlockPool(options.numBlocks);
    this.#table = new HashTable(options.numBlocks);
    this.#numBlocks = options.numBlocks;
    this.#prefixCaching = options.prefixCaching;
    this.#events = events;
    this.#expected = new Uint8Array(options.numBlocks);
  }

  /** Blocks that hold nothing. */
  get blocksFree(): number {
    return this.#pool.blank;
  }

  /** Blocks that no sequence refers to but that still hold a hash: they can be had by eviction. */
  get blocksCached(): number {
    return this.#pool.cached;
  }

  /** Blocks that sequences refer to, each counted once. */
  get blocksActive(): number {
    return this.#pool.active;
  }

  /** Blocks evicted since construction. */
  get evictions(): number {
    return this.#evictions;
  }

  /** Commits since construction whose hash another block held already. */
  get duplicateCommits(): number {
    return this.#duplicateCommits;
  }

  /**
   * Appends the blocks that hold the leading hashes of `hashes`, (lo, hi) pairs, to `into`, at most
   * `maxBlocks` of them, and returns how many of those no sequence refers to: retaining them uses
   * up as much room that could be had by eviction. Nothing else changes.
   */
  match(hashes: Uint32Array, maxBlocks: number, into: BlockList): number {
    const limit = Math.min(maxBlocks, hashes.length / HASH_WORDS);
    let inactive = 0;
    let ahead = RUN_BLOCKS_MIN;
    for (let index = 0; index < limit; index++) {
      if (index === ahead) {
        // Most prompts share little, so what is read ahead grows with what has matched.
        ahead = Math.min(limit, index + Math.min(index, RUN_BLOCKS));
        this.#prefetch(hashes, index, ahead);
      }
      const block = this.#table.find(hashes[index * HASH_WORDS]!, hashes[index * HASH_WORDS + 1]!);
      if (block === NO_BLOCK) break;
      if (!this.#pool.isActive(block)) inactive++;
      into.push(block);
    }
    return inactive;
  }

  /** How many of the leading hashes, at most `maxBlocks`, are those of committed blocks. */
  committedBlocks(hashes: Uint32Array, maxBlocks: number): number {
    const limit = Math.min(maxBlocks, hashes.length / HASH_WORDS);
    for (let index = 0; index < limit; index++) {
      const block = this.#table.find(hashes[index * HASH_WORDS]!, hashes[index * HASH_WORDS + 1]!);
      if (block === NO_BLOCK || this.isExpected(block)) return index;
    }
    return limit;
  }

  /** True for a block that can be matched already and is still being computed. */
  isExpected(block: number): boolean {
    return this.#expected[block] === 1;
  }

  /** Takes a reference on each of `blocks`, which have just been matched. */
  retain(blocks: BlockList): void {
    for (let index = 0; index < blocks.length; index++) {
      const block = blocks.at(index);
      assert(this.#table.holds(block), 'only a matchable block can be retained');
      this.#pool.retain(block);
    }
  }

  /**
   * Appends a block to write to: a blank one, else the least recently used cached one, which is
   * evicted. False, and nothing changes, when every block is referred to.
   */
  allocate(into: BlockList): boolean {
    let block = this.#pool.takeBlank();
    if (block === NO_BLOCK) {
      block = this.#pool.takeOldest();
      if (block === NO_BLOCK) return false;
      this.#evict(block);
    }
    into.push(block);
    return true;
  }

  /** Appends `count` such blocks, of which there must be as many. */
  allocateAll(into: BlockList, count: number): void {
    for (let left = count; left > 0; left -= RUN_BLOCKS) {
      const run = Math.min(left, RUN_BLOCKS);
      this.#prefetchOldest(run - this.#pool.blank);
      for (let i = 0; i < run; i++) assert(this.allocate(into), 'there is room for all');
    }
  }

  /**
   * Blocks `from .. to - 1` of a sequence's `blocks` are being computed: each can be matched under
   * its pair of `hashes` from now on, unless another block can already. Does nothing without prefix
   * caching.
   */
  expect(blocks: BlockList, hashes: Uint32Array, from: number, to: number): void {
    if (!this.#prefixCaching) return;
    const pool = this.#pool;
    const table = this.#table;
    const expected = this.#expected;
    this.#prefetch(hashes, from, to);
    for (let index = from; index < to; index++) {
      const block = blocks.at(index);
      assert(pool.isActive(block), 'only an active block can be expected');
      const at = index * HASH_WORDS;
      if (table.insert(block, hashes[at]!, hashes[at + 1]!)) expected[block] = 1;
    }
  }

  /**
   * The step that computed block `index` of a sequence's `blocks` has ended: it is matchable under
   * its hash from now on, and is told. If another block holds that hash already, two sequences have
   * computed the same content at once: this one goes on with the other's block, and its own is
   * blank again. Does nothing without prefix caching, or for a block that somebody else committed.
   */
  commit(blocks: BlockList, index: number, lo: number, hi: number): void {
    if (!this.#prefixCaching) return;
    let block = blocks.at(index);
    assert(this.#pool.isActive(block), 'only an active block can be committed');
    if (!this.#table.holdsHash(block, lo, hi)) {
      if (this.#table.insert(block, lo, hi)) {
        this.#events.push2(lo, hi);
        return;
      }
      const own = block;
      block = this.#table.find(lo, hi);
      this.#pool.retain(block);
      this.#pool.release(own, false);
      blocks.set(index, block);
      this.#duplicateCommits++;
    }
    if (!this.isExpected(block)) return;
    this.#expected[block] = 0;
    this.#events.push2(lo, hi);
  }

  /** Gives up one reference on each block, the last one first, and clears the list. */
  release(blocks: BlockList): void {
    for (let index = blocks.length - 1; index >= 0; index--) {
      const block = blocks.at(index);
      const expected = this.isExpected(block);
      const wasLast = this.#pool.release(block, this.#table.holds(block) && !expected);
      if (wasLast && expected) {
        this.#expected[block] = 0;
        this.#table.remove(block);
      }
    }
    blocks.clear();
  }

  /** Calls `visit` once for the hash of every committed block, in no particular order. */
  forEachHash(visit: (lo: number, hi: number) => void): void {
    for (let block = 0; block < this.#numBlocks; block++) {
      if (!this.#table.holds(block) || this.isExpected(block)) continue;
      visit(this.#table.loOf(block), this.#table.hiOf(block));
    }
  }

  /** Asserts that counts, links, references and hashes agree. O(n), for tests. */
  checkInvariants(): void {
    this.#pool.checkInvariants();
    this.#table.checkInvariants();
    let cached = 0;
    for (let block = 0; block < this.#numBlocks; block++) {
      if (this.#table.holds(block) && !this.#pool.isActive(block)) cached++;
      if (!this.isExpected(block)) continue;
      assert(this.#pool.isActive(block), 'somebody computes what is expected');
      assert(this.#table.holds(block), 'what is expected can be matched');
    }
    assert(cached === this.#pool.cached, 'the cached blocks are those that only hold a hash');
  }

  /** Brings what the next `count` evictions look at into the processor's caches. */
  #prefetchOldest(count: number): void {
    if (count < RUN_BLOCKS_MIN) return;
    let block = this.#pool.nextOldest();
    for (let i = 0; i < count && block !== NO_BLOCK; i++) {
      this.#table.prefetchHolder(block);
      block = this.#pool.nextOldest(block);
    }
  }

  /** Brings what the hashes `from .. to - 1` lead to into the processor's caches. */
  #prefetch(hashes: Uint32Array, from: number, to: number): void {
    if (to - from >= RUN_BLOCKS_MIN) this.#table.prefetch(hashes, from, to);
  }

  #evict(block: number): void {
    const lo = this.#table.loOf(block);
    const hi = this.#table.hiOf(block);
    this.#table.remove(block);
    this.#events.push2(lo, (hi | REMOVED_BIT) >>> 0);
    this.#evictions++;
  }
}
