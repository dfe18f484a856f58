import { LogHistogram } from '../../shared/log-histogram.ts';
import type { TraceRequest } from '../traces/trace-source.ts';
import type { BlockIds } from './block-ids.ts';
import { type CurvePoint, HitCurve } from './hit-curve.ts';
import { LruStack } from './lru-stack.ts';

/** What a cache of some size needs to hit a share of what an infinite one does. */
export interface SizeForShare {
  /** Of the hits of an infinite cache, 0 .. 1. */
  readonly shareOfBound: number;
  readonly blocks: number;
}

/** Reuse of blocks since they were last used, over the blocks that are hits. */
export interface ReuseGap {
  /** Of the hit blocks, 0 .. 1. */
  readonly share: number;
  /** Distinct blocks used since, itself included: the LRU stack distance. */
  readonly blocks: number;
  readonly seconds: number;
}

/** Requests that are the same turns of their sessions, from 1. */
export interface TurnReuse {
  readonly firstTurn: number;
  /** `null` for all that follow. */
  readonly lastTurn: number | null;
  readonly requests: number;
  readonly promptTokens: number;
  /** Hit tokens whose block their own session used last, and another one. */
  readonly hitTokensWithin: number;
  readonly hitTokensBetween: number;
}

/** Distinct blocks that are used in windows of time, one beginning where the other ends. */
export interface WindowSet {
  readonly seconds: number;
  readonly windows: number;
  readonly blocksMean: number;
  readonly blocksMost: number;
}

/**
 * What one least-recently-used cache of full blocks makes of the requests one after the other, as
 * it serves them: answers are cached too, and one token of each prompt is computed in any case.
 */
export interface WorkingSet {
  /** Full blocks of prompts and answers. */
  readonly distinctBlocks: number;
  /** Share of the prompt tokens that an infinite cache hits: what a replay is measured against. */
  readonly hitBound: number;
  readonly curve: readonly CurvePoint[];
  readonly sizes: readonly SizeForShare[];
  readonly gaps: readonly ReuseGap[];
  readonly turns: readonly TurnReuse[];
  readonly windows: readonly WindowSet[];
}

const BOUND_SHARES = [0.5, 0.75, 0.9, 0.95, 0.99, 1];
const GAP_SHARES = [0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1];
const WINDOW_SECONDS = [60, 300, 900];
/** First turns of groups of turns; the last group has no end. */
const TURN_GROUPS = [1, 2, 3, 4, 5, 6, 11, 21];

/**
 * Measures the working set of requests in their order. A request hits its leading blocks that are
 * cached; then all its blocks are used from the last to the first, so that a block is evicted
 * before those that lead to it. Each block is then a hit in every cache that is no smaller than its
 * depth in an LRU stack. A request that is longer than the cache leaves its first blocks there.
 */
export class WorkingSetTally {
  readonly #stack = new LruStack();
  readonly #curve = new HitCurve();
  readonly #gapUs = new LogHistogram();
  readonly #turns = TURN_GROUPS.map(() => ({ requests: 0, tokens: 0, within: 0, between: 0 }));
  readonly #windows = WINDOW_SECONDS.map((seconds) => new WindowTally(seconds));
  /** Number of the request, from 1, that used each block last, by its id; 0 for none. */
  #usedBy = new Uint32Array(1024);
  /** When each request came, and its session. */
  readonly #arrivalsUs = [-1];
  readonly #sessions = [-1];
  #promptBlocks = 0;
  #promptTokens = 0;

  /** `ids` has read the request. */
  add(request: TraceRequest, ids: BlockIds): void {
    const { promptTokens, outputTokens } = request;
    const size = ids.blockSize;
    this.#promptBlocks += Math.ceil(promptTokens / size);
    this.#promptTokens += promptTokens;
    this.#lookUp(request, ids, Math.floor((promptTokens - 1) / size));
    this.#use(request, ids, Math.floor((promptTokens + outputTokens - 1) / size));
  }

  stats(): WorkingSet {
    const blocksAt = this.#curve.blocksFor(BOUND_SHARES);
    const depths = this.#curve.depthsAt(GAP_SHARES);
    const gapsUs = this.#gapUs.quantiles(GAP_SHARES);
    return {
      distinctBlocks: this.#stack.size,
      hitBound: this.#curve.hitTokens / this.#promptTokens,
      curve: this.#curve.points(this.#promptBlocks, this.#promptTokens),
      sizes: BOUND_SHARES.map((shareOfBound, at) => ({ shareOfBound, blocks: blocksAt[at]! })),
      gaps: GAP_SHARES.map((share, at) => ({
        share,
        blocks: depths[at]!,
        seconds: gapsUs[at]! / 1e6,
      })),
      turns: this.#turns.flatMap(({ requests, tokens, within, between }, at) => ({
        firstTurn: TURN_GROUPS[at]!,
        lastTurn: at + 1 < TURN_GROUPS.length ? TURN_GROUPS[at + 1]! - 1 : null,
        requests,
        promptTokens: tokens,
        hitTokensWithin: within,
        hitTokensBetween: between,
      })),
      windows: this.#windows.map((window) => window.stats()),
    };
  }

  /** Counts the first `blocks` blocks that were used before. */
  #lookUp(request: TraceRequest, ids: BlockIds, blocks: number): void {
    const { arrivalUs, session, turn, promptTokens } = request;
    const size = ids.blockSize;
    let within = 0;
    let between = 0;
    for (let block = 0; block < blocks; block++) {
      const id = ids.at(block);
      const depth = this.#stack.depth(id);
      // A block is used whenever one behind it is, so none behind it was used either.
      if (depth === 0) break;
      this.#curve.add(depth, size);
      const last = this.#usedBy[id]!;
      this.#gapUs.add(arrivalUs - this.#arrivalsUs[last]!);
      if (this.#sessions[last] === session) within += size;
      else between += size;
    }
    const group = this.#turns[TURN_GROUPS.findLastIndex((first) => first <= turn + 1)]!;
    group.requests++;
    group.tokens += promptTokens;
    group.within += within;
    group.between += between;
  }

  #use({ arrivalUs, session }: TraceRequest, ids: BlockIds, blocks: number): void {
    for (const window of this.#windows) window.moveTo(arrivalUs);
    const number = this.#arrivalsUs.push(arrivalUs) - 1;
    this.#sessions.push(session);
    for (let block = blocks - 1; block >= 0; block--) {
      const id = ids.at(block);
      if (id >= this.#usedBy.length) this.#grow(id);
      const lastUs = this.#arrivalsUs[this.#usedBy[id]!]!;
      for (const window of this.#windows) window.use(lastUs);
      this.#stack.touch(id);
      this.#usedBy[id] = number;
    }
  }

  #grow(id: number): void {
    const usedBy = new Uint32Array(id * 2);
    usedBy.set(this.#usedBy);
    this.#usedBy = usedBy;
  }
}

/** Counts the distinct blocks of each window of one length. */
class WindowTally {
  readonly #seconds: number;
  #firstUs = -1;
  #startUs = 0;
  #blocks = 0;
  #sum = 0;
  #most = 0;
  #windows = 0;

  constructor(seconds: number) {
    this.#seconds = seconds;
  }

  /** Begins the window that `arrivalUs` is in, unless it has begun. */
  moveTo(arrivalUs: number): void {
    const us = this.#seconds * 1e6;
    if (this.#firstUs < 0) {
      this.#firstUs = arrivalUs;
      this.#startUs = arrivalUs;
    }
    const ended = Math.floor((arrivalUs - this.#startUs) / us);
    if (ended === 0) return;
    this.#sum += this.#blocks;
    this.#windows += ended;
    this.#most = Math.max(this.#most, this.#blocks);
    this.#blocks = 0;
    this.#startUs += ended * us;
  }

  /** Counts a block that was last used at `usedUs`. */
  use(usedUs: number): void {
    if (usedUs < this.#startUs) this.#blocks++;
  }

  /** Of the windows that are whole, or of the part of one if none is. */
  stats(): WindowSet {
    const [windows, sum, most] =
      this.#windows === 0
        ? [1, this.#blocks, this.#blocks]
        : [this.#windows, this.#sum, this.#most];
    return { seconds: this.#seconds, windows, blocksMean: sum / windows, blocksMost: most };
  }
}
