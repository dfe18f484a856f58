import type { WorkerConfig } from '../../shared/protocol.ts';
import type { U32List } from '../../shared/u32-list.ts';
import { PrefixCache } from '../kv/prefix-cache.ts';
import type { SequenceTable, Slot } from './sequence-table.ts';

/** The KV blocks of a worker's sequences: who has which, and which of them others may share. */
export class SequenceBlocks {
  readonly cache: PrefixCache;
  readonly #sequences: SequenceTable;
  readonly #blockSize: number;
  readonly #numBlocks: number;

  /** `events` gets what changes in the cache: see `PrefixCache`. */
  constructor(config: WorkerConfig, sequences: SequenceTable, events: U32List) {
    this.cache = new PrefixCache(config, events);
    this.#sequences = sequences;
    this.#blockSize = config.blockSize;
    this.#numBlocks = config.numBlocks;
  }

  /** Share of the cache that running sequences use, 0 .. 1. */
  get cacheUse(): number {
    return this.cache.blocksActive / this.#numBlocks;
  }

  /** Blocks that `tokens` tokens fill, the last one in part. */
  blocksOf(tokens: number): number {
    return Math.ceil(tokens / this.#blockSize);
  }

  /**
   * Gives a sequence that has none its cached blocks, and as many more as it takes to hold the
   * tokens that `tokensFor` says, given how many are cached. Returns its hit in blocks; -1, and
   * nothing changes, if there is no room.
   */
  tryHold(slot: Slot, tokensFor: (slot: Slot, cached: number) => number): number {
    const { cache } = this;
    const { blocks: allBlocks, hashes, hashedBlocks } = this.#sequences;
    const blocks = allBlocks[slot]!;
    const known = this.#sequences.knownTokens(slot);
    const matchable = Math.min(Math.floor((known - 1) / this.#blockSize), hashedBlocks[slot]!);
    const revived = cache.match(hashes[slot]!, matchable, blocks);
    const hit = blocks.length;
    const fresh = this.blocksOf(tokensFor(slot, hit * this.#blockSize)) - hit;
    if (fresh > cache.blocksFree + cache.blocksCached - revived) {
      blocks.clear();
      return -1;
    }
    cache.retain(blocks);
    cache.allocateAll(blocks, fresh);
    this.#sequences.computed[slot] = hit * this.#blockSize;
    return hit;
  }

  /** Room for `tokens` tokens of a running sequence: all of it, or false and nothing changes. */
  ensureRoom(slot: Slot, tokens: number): boolean {
    const blocks = this.#sequences.blocks[slot]!;
    if (tokens <= blocks.length * this.#blockSize) return true;
    const { cache } = this;
    const missing = this.blocksOf(tokens) - blocks.length;
    if (missing > cache.blocksFree + cache.blocksCached) return false;
    cache.allocateAll(blocks, missing);
    return true;
  }

  /**
   * `tokens` more tokens of a sequence are being computed: others can share the blocks of its
   * prompt that they fill. Those of its answer are matchable when they are computed.
   */
  expect(slot: Slot, tokens: number): void {
    const { computed, promptTokens, hashes, hashedBlocks, blocks } = this.#sequences;
    const from = computed[slot]!;
    const promptEnd = promptTokens[slot]!;
    if (from >= promptEnd) return;
    const filled = Math.floor(Math.min(from + tokens, promptEnd) / this.#blockSize);
    const end = Math.min(filled, hashedBlocks[slot]!);
    this.cache.expect(blocks[slot]!, hashes[slot]!, Math.floor(from / this.#blockSize), end);
  }

  /**
   * `tokens` more tokens of a sequence are computed: full blocks are matchable. Returns whether
   * there are any, of which sequences that wait for room may share.
   */
  compute(slot: Slot, tokens: number): boolean {
    const { computed, prefillPending, blocks } = this.#sequences;
    const before = computed[slot]!;
    computed[slot] = before + tokens;
    let first = Math.floor(before / this.#blockSize);
    if (prefillPending[slot]! > 0) {
      // What it shares is computed now, whoever began it and whatever became of that one.
      const own = blocks[slot]!;
      while (first > 0 && this.cache.isExpected(own.at(first - 1))) first--;
    }
    return this.#commitFrom(slot, first);
  }

  /**
   * Further hashes of a sequence's answer have come. Returns whether that made blocks matchable
   * which it had computed already, of which sequences that wait for room may share.
   */
  extend(slot: Slot, hashes: Uint32Array): boolean {
    const firstNew = this.#sequences.hashedBlocks[slot]!;
    this.#sequences.addHashes(slot, hashes);
    return this.#commitFrom(slot, firstNew);
  }

  /** Takes all blocks from a sequence. */
  release(slot: Slot): void {
    this.cache.release(this.#sequences.blocks[slot]!);
    this.#sequences.computed[slot] = 0;
  }

  /** Makes the computed blocks of a sequence from `first` on matchable; false if there are none. */
  #commitFrom(slot: Slot, first: number): boolean {
    const { computed, hashes, hashedBlocks, blocks } = this.#sequences;
    const full = Math.floor(computed[slot]! / this.#blockSize);
    const end = Math.min(full, hashedBlocks[slot]!);
    const words = hashes[slot]!;
    for (let i = first; i < end; i++) {
      this.cache.commit(blocks[slot]!, i, words[2 * i]!, words[2 * i + 1]!);
    }
    return first < end;
  }
}
