import { HASH_WORDS } from '../../shared/block-hash.ts';
import { AnsweredSource } from '../traces/answered-source.ts';
import type { Content } from '../traces/content.ts';
import { InfiniteCache } from '../traces/infinite-cache.ts';
import { NameTable } from '../traces/name-table.ts';
import { TraceRequest, type TraceSource } from '../traces/trace-source.ts';

/** Distribution of a quantity over the requests. Quantiles interpolate between the two nearest. */
export interface Quantiles {
  readonly mean: number;
  readonly min: number;
  readonly p10: number;
  readonly p25: number;
  readonly p50: number;
  readonly p75: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** How much of the prompts came before, whatever any cache makes of it. */
export interface ReuseStats {
  /** Tokens per block of the counts here; a partial last block of a prompt counts as a block. */
  readonly blockSize: number;
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
  /**
   * Share of the prompt tokens that an infinite cache of full blocks saves, answers cached too and
   * one token of each prompt computed in any case: what a replay's hit rate is measured against.
   */
  readonly hitBound: number;
}

export interface TraceStats {
  readonly requests: number;
  readonly sessions: number;
  /** From the first arrival to the last. */
  readonly spanSeconds: number;
  readonly requestsPerSecond: number;
  /** Coefficient of variation of the gaps between arrivals: 1 for a Poisson process. */
  readonly gapCv: number;
  readonly distinctArrivals: number;
  /** Least and most requests per second over whole minutes of the trace. */
  readonly rateMinuteMin: number;
  readonly rateMinuteMax: number;
  readonly promptTokens: Quantiles;
  readonly outputTokens: Quantiles;
  readonly reuse: ReuseStats;
}

/**
 * Reads a trace to its end and describes it. Answers are taken to end as they begin, so think times
 * are all that separates the turns of a session. Memory grows with the trace, mostly with its
 * distinct blocks.
 */
export function traceStats(source: TraceSource, blockSize: number): TraceStats {
  const trace = new AnsweredSource(source);
  const request = new TraceRequest();
  const arrivals = new ArrivalTally();
  const reuse = new ReuseTally(blockSize);
  const promptTokens: number[] = [];
  const outputTokens: number[] = [];
  let sessions = 0;
  while (trace.next(request)) {
    if (request.turn === 0) sessions++;
    promptTokens.push(request.promptTokens);
    outputTokens.push(request.outputTokens);
    arrivals.add(request.arrivalUs);
    reuse.add(request);
  }
  return {
    requests: promptTokens.length,
    sessions,
    ...arrivals.stats(),
    promptTokens: quantiles(promptTokens),
    outputTokens: quantiles(outputTokens),
    reuse: reuse.stats(),
  };
}

/** The quantiles of `values`, which are sorted in place; all are NaN if there are none. */
export function quantiles(values: number[]): Quantiles {
  values.sort((a, b) => a - b);
  const at = (share: number): number => {
    const position = (values.length - 1) * share;
    const below = values[Math.floor(position)] ?? Number.NaN;
    const above = values[Math.ceil(position)] ?? Number.NaN;
    return below + (above - below) * (position % 1);
  };
  let sum = 0;
  for (const value of values) sum += value;
  return {
    mean: sum / values.length,
    min: at(0),
    p10: at(0.1),
    p25: at(0.25),
    p50: at(0.5),
    p75: at(0.75),
    p90: at(0.9),
    p95: at(0.95),
    p99: at(0.99),
    max: at(1),
  };
}

class ArrivalTally {
  #requests = 0;
  #firstUs = 0;
  #lastUs = 0;
  #gapSquares = 0;
  #distinct = 0;
  readonly #perMinute: number[] = [];

  add(arrivalUs: number): void {
    if (this.#requests === 0) this.#firstUs = arrivalUs;
    else this.#gapSquares += (arrivalUs - this.#lastUs) ** 2;
    if (this.#requests === 0 || arrivalUs !== this.#lastUs) this.#distinct++;
    this.#lastUs = arrivalUs;
    this.#requests++;
    const minute = Math.floor((arrivalUs - this.#firstUs) / 60e6);
    while (this.#perMinute.length <= minute) this.#perMinute.push(0);
    this.#perMinute[minute]!++;
  }

  stats() {
    const spanUs = this.#lastUs - this.#firstUs;
    const gaps = this.#requests - 1;
    const meanGapUs = spanUs / gaps;
    const variance = this.#gapSquares / gaps - meanGapUs ** 2;
    const whole = this.#perMinute.slice(0, Math.max(1, this.#perMinute.length - 1));
    return {
      spanSeconds: spanUs / 1e6,
      requestsPerSecond: (this.#requests / spanUs) * 1e6,
      gapCv: Math.sqrt(variance) / meanGapUs,
      distinctArrivals: this.#distinct,
      rateMinuteMin: Math.min(...whole) / 60,
      rateMinuteMax: Math.max(...whole) / 60,
    };
  }
}

class ReuseTally {
  readonly #blockSize: number;
  readonly #prompts = new InfiniteCache();
  readonly #cache = new InfiniteCache();
  readonly #uses = new NameTable();
  readonly #hitShares: number[] = [];
  #hashes = new Uint32Array(1024);
  #references = 0;
  #hitBlocks = 0;
  #tokens = 0;
  #hitTokens = 0;
  #savedTokens = 0;
  #withoutHit = 0;
  #withFullHit = 0;

  constructor(blockSize: number) {
    this.#blockSize = blockSize;
  }

  add(request: TraceRequest): void {
    const { content, promptTokens } = request;
    const size = this.#blockSize;
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
    const cached = Math.min(this.#cache.match(content), promptTokens - 1);
    this.#savedTokens += cached - (cached % size);
    this.#cache.store(content, promptTokens + request.outputTokens - 1);
    this.#countUses(content, promptTokens);
  }

  stats(): ReuseStats {
    let once = 0;
    let tenTimes = 0;
    for (const uses of this.#uses.values()) {
      if (uses === 1) once++;
      if (uses >= 10) tenTimes++;
    }
    return {
      blockSize: this.#blockSize,
      blockReferences: this.#references,
      distinctBlocks: this.#uses.size,
      blockRatio: this.#hitBlocks / this.#references,
      tokenRatio: this.#hitTokens / this.#tokens,
      perRequest: quantiles(this.#hitShares),
      withoutHit: this.#withoutHit / this.#hitShares.length,
      withFullHit: this.#withFullHit / this.#hitShares.length,
      blocksUsedOnce: once / this.#uses.size,
      blocksUsedTenTimes: tenTimes / this.#uses.size,
      hitBound: this.#savedTokens / this.#tokens,
    };
  }

  #countUses(content: Content, promptTokens: number): void {
    const size = this.#blockSize;
    const room = Math.ceil(content.tokens / Math.min(size, promptTokens)) * HASH_WORDS;
    if (this.#hashes.length < room) this.#hashes = new Uint32Array(room * 2);
    content.writeHashes(size, this.#hashes);
    this.#countUse(Math.floor(promptTokens / size) * HASH_WORDS);
    if (promptTokens % size === 0) return;
    // The hash of a block does not depend on where the block starts, so the partial last block ends
    // where one block of the length of the whole prompt does.
    content.writeHashes(promptTokens, this.#hashes);
    this.#countUse(HASH_WORDS);
  }

  #countUse(words: number): void {
    for (let at = 0; at < words; at += HASH_WORDS) {
      const lo = this.#hashes[at]!;
      const hi = this.#hashes[at + 1]!;
      this.#uses.set(lo, hi, this.#uses.get(lo, hi) + 1);
    }
  }
}
