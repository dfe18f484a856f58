import { InfiniteCache } from '../traces/infinite-cache.ts';
import type { TraceRequest } from '../traces/trace-source.ts';
import type { BlockIds } from './block-ids.ts';
import { type CurvePoint, HitCurve } from './hit-curve.ts';
import { LruStack } from './lru-stack.ts';
import { type Quantiles, quantiles } from './quantiles.ts';

/**
 * How much of the prompts came before in prompts, whatever any cache makes of it. A partial last
 * block of a prompt counts as a block, as in the analysis of the traces' publishers.
 */
export interface PromptReuse {
  readonly blockReferences: number;
  readonly distinctBlocks: number;
  /** Share of the prompts' blocks, and of their tokens, that were in an earlier prompt. */
  readonly blockRatio: number;
  readonly tokenRatio: number;
  /** Share of each prompt's tokens that were in an earlier prompt, over the requests. */
  readonly perRequest: Quantiles;
  /** Share of the requests whose prompt shares no block, or all of them. */
  readonly withoutHit: number;
  readonly withFullHit: number;
  /** Share of the distinct blocks that one prompt has, and that at least ten have. */
  readonly blocksUsedOnce: number;
  readonly blocksUsedTenTimes: number;
  /** Hits of one cache of the prompts' blocks, by its size. */
  readonly curve: readonly CurvePoint[];
}

export class PromptReuseTally {
  readonly #prompts = new InfiniteCache();
  readonly #stack = new LruStack();
  readonly #curve = new HitCurve();
  readonly #hitShares: number[] = [];
  /** How many prompts have each block, by its id. */
  #uses = new Uint32Array(1024);
  #references = 0;
  #hitBlocks = 0;
  #tokens = 0;
  #hitTokens = 0;
  #withoutHit = 0;
  #withFullHit = 0;

  /** `ids` has read the request. */
  add({ content, promptTokens }: TraceRequest, ids: BlockIds): void {
    const size = ids.blockSize;
    const blocks = Math.ceil(promptTokens / size);
    const shared = Math.min(this.#prompts.match(content), promptTokens);
    const hits = shared === promptTokens ? blocks : Math.floor(shared / size);
    const hitTokens = Math.min(hits * size, promptTokens);
    this.#prompts.store(content, promptTokens);
    this.#references += blocks;
    this.#hitBlocks += hits;
    this.#tokens += promptTokens;
    this.#hitTokens += hitTokens;
    this.#hitShares.push(hitTokens / promptTokens);
    if (hits === 0) this.#withoutHit++;
    if (hits === blocks) this.#withFullHit++;
    this.#touchBlocks(promptTokens, ids);
  }

  stats(): PromptReuse {
    let once = 0;
    let tenTimes = 0;
    const distinctBlocks = this.#stack.size;
    for (const uses of this.#uses) {
      if (uses === 1) once++;
      if (uses >= 10) tenTimes++;
    }
    return {
      blockReferences: this.#references,
      distinctBlocks,
      blockRatio: this.#hitBlocks / this.#references,
      tokenRatio: this.#hitTokens / this.#tokens,
      perRequest: quantiles(this.#hitShares.slice()),
      withoutHit: this.#withoutHit / this.#hitShares.length,
      withFullHit: this.#withFullHit / this.#hitShares.length,
      blocksUsedOnce: once / distinctBlocks,
      blocksUsedTenTimes: tenTimes / distinctBlocks,
      curve: this.#curve.points(this.#references, this.#tokens),
    };
  }

  #touchBlocks(promptTokens: number, ids: BlockIds): void {
    const size = ids.blockSize;
    const full = Math.floor(promptTokens / size);
    for (let block = 0; block < full; block++) this.#count(ids.at(block), size);
    if (ids.partial !== 0) {
      this.#count(ids.partial, promptTokens % size);
      this.#stack.touch(ids.partial);
    }
    for (let block = full - 1; block >= 0; block--) this.#stack.touch(ids.at(block));
  }

  #count(id: number, tokens: number): void {
    const depth = this.#stack.depth(id);
    if (depth > 0) this.#curve.add(depth, tokens);
    if (id >= this.#uses.length) {
      const longer = new Uint32Array(id * 2);
      longer.set(this.#uses);
      this.#uses = longer;
    }
    this.#uses[id]!++;
  }
}
