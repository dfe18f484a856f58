import { AnsweredSource } from '../traces/answered-source.ts';
import { TraceRequest, type TraceSource } from '../traces/trace-source.ts';
import { type ArrivalStats, arrivalStats } from './arrival-stats.ts';
import { BlockIds } from './block-ids.ts';
import { type PromptReuse, PromptReuseTally } from './prompt-reuse.ts';
import { type Quantiles, quantileOf, quantiles } from './quantiles.ts';
import { type WorkingSet, WorkingSetTally } from './working-set.ts';

export interface LengthStats extends Quantiles {
  readonly sum: number;
  /** Tokens at each percent of the requests, from 0 to 100. */
  readonly percentiles: readonly number[];
}

/** What depends on how many tokens a block has. */
export interface BlockStats {
  /** Tokens per block. */
  readonly blockSize: number;
  readonly prompts: PromptReuse;
  readonly workingSet: WorkingSet;
}

export interface TraceStats extends ArrivalStats {
  readonly requests: number;
  readonly sessions: number;
  readonly turnsPerSession: Quantiles;
  readonly promptTokens: LengthStats;
  readonly outputTokens: LengthStats;
  /** Share of the prompts with more tokens than that. */
  readonly promptsOver: readonly { readonly tokens: number; readonly share: number }[];
  /** For each block size, in the order given. */
  readonly blocks: readonly BlockStats[];
}

const PROMPTS_OVER = [1024, 2048, 4096, 8192, 16_384, 32_768, 65_536, 131_072];

/**
 * Describes the requests of a trace, read bit by bit. Answers are taken to end as they begin, so
 * think times are all that separates the turns of a session. Memory grows with the trace, mostly
 * with its distinct blocks: some 60 bytes for each of each block size.
 */
export class TraceTally {
  readonly #trace: TraceSource;
  readonly #request = new TraceRequest();
  readonly #arrivalsUs: number[] = [];
  readonly #promptTokens: number[] = [];
  readonly #outputTokens: number[] = [];
  readonly #turns: number[] = [];
  readonly #blocks: readonly {
    readonly ids: BlockIds;
    readonly prompts: PromptReuseTally;
    readonly workingSet: WorkingSetTally;
  }[];

  /** Counts blocks of each of `blockSizes` tokens. */
  constructor(source: TraceSource, blockSizes: readonly number[]) {
    this.#trace = new AnsweredSource(source);
    this.#blocks = blockSizes.map((blockSize) => ({
      ids: new BlockIds(blockSize),
      prompts: new PromptReuseTally(),
      workingSet: new WorkingSetTally(),
    }));
  }

  /** Requests that were read. */
  get requests(): number {
    return this.#arrivalsUs.length;
  }

  /** Reads up to `count` requests. False at the end of the trace. */
  read(count: number): boolean {
    const request = this.#request;
    for (let left = count; left > 0; left--) {
      if (!this.#trace.next(request)) return false;
      this.#arrivalsUs.push(request.arrivalUs);
      this.#promptTokens.push(request.promptTokens);
      this.#outputTokens.push(request.outputTokens);
      this.#turns[request.session] = (this.#turns[request.session] ?? 0) + 1;
      for (const { ids, prompts, workingSet } of this.#blocks) {
        ids.read(request);
        prompts.add(request, ids);
        workingSet.add(request, ids);
      }
    }
    return true;
  }

  /** Of the requests that were read, of which there is at least one. */
  stats(): TraceStats {
    const turns = this.#turns.filter((count) => count > 0);
    return {
      requests: this.requests,
      sessions: turns.length,
      turnsPerSession: quantiles(turns),
      ...arrivalStats(this.#arrivalsUs),
      promptTokens: lengthStats(this.#promptTokens),
      outputTokens: lengthStats(this.#outputTokens),
      promptsOver: PROMPTS_OVER.map((tokens) => ({
        tokens,
        share: this.#promptTokens.filter((each) => each > tokens).length / this.requests,
      })),
      blocks: this.#blocks.map(({ ids, prompts, workingSet }) => ({
        blockSize: ids.blockSize,
        prompts: prompts.stats(),
        workingSet: workingSet.stats(),
      })),
    };
  }
}

/** Reads a trace to its end and describes it, with blocks of each of `blockSizes` tokens. */
export function traceStats(source: TraceSource, ...blockSizes: readonly number[]): TraceStats {
  const tally = new TraceTally(source, blockSizes);
  tally.read(Number.POSITIVE_INFINITY);
  return tally.stats();
}

function lengthStats(tokens: readonly number[]): LengthStats {
  const sorted = tokens.slice();
  const of = quantiles(sorted);
  return {
    ...of,
    sum: Math.round(of.mean * sorted.length),
    percentiles: Array.from({ length: 101 }, (_, percent) => quantileOf(sorted, percent / 100)),
  };
}
