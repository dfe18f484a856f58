import type { Spread, Windows } from './window-tally.ts';

/** Shares at which the curves of a result have a point: every percent, and the far end. */
export const CURVE_SHARES: readonly number[] = [
  ...Array.from({ length: 100 }, (_, percent) => percent / 100),
  0.995,
  0.999,
  1,
];

/** A distribution in milliseconds; `null` throughout when there is nothing to describe. */
export interface Distribution {
  readonly mean: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}

/** Requests by what became of them: `in` = finished + rejected + failed. */
export interface RequestCounts {
  readonly in: number;
  readonly finished: number;
  /** Turned away: the worker's queue was full, or the request can never fit its cache. */
  readonly rejected: number;
  /** Lost with a worker. */
  readonly failed: number;
  /** Later turns of sessions that were given up; these never came in. */
  readonly notSent: number;
}

export interface Latencies {
  /** Arrival to first token. */
  readonly ttftMs: Distribution;
  /** First token to second. */
  readonly secondTokenMs: Distribution;
  /** Every gap between two tokens of an answer. */
  readonly itlMs: Distribution;
  /** Mean gap of each answer of at least two tokens. */
  readonly tpotMs: Distribution;
  /** Arrival to last token. */
  readonly e2eMs: Distribution;
  /** Arrival to admission by the worker. */
  readonly queueMs: Distribution;
  /** What each decision cost against the best one in hindsight, see `Hindsight`. */
  readonly regretMs: Distribution;
}

/** Shares are 0 .. 1, of the prompts of requests that got a first token. */
export interface CacheFigures {
  /** Prompt tokens found cached at the first admission. */
  readonly tokenHitRate: number | null;
  /** Prompt blocks found cached; a partial last block of a prompt counts as a block. */
  readonly blockHitRate: number | null;
  readonly evictedBlocks: number;
  /** Blocks pulled from another worker's cache. */
  readonly fetchedBlocks: number;
  /** Copies of each distinct cached block over the workers, mean over time; 1 is none twice. */
  readonly copiesPerBlock: number | null;
  /** Blocks of prompts that the policy had to forget at its limit, warm-up included. */
  readonly forgottenBlocks: number;
}

/** How evenly the tokens that had to be computed are spread over the workers. */
export interface Imbalance {
  /** Coefficient of variation; 0 is even. */
  readonly cv: number;
  readonly maxOverMean: number;
  /** Jain's fairness index; 1 is even, 1 / workers is all on one. */
  readonly jain: number;
}

/**
 * Sequences that wait for admission by their worker, between the first arrival of the statistics
 * and their last end. Little's law holds: the mean queue, of all workers together, is the rate of
 * waits times the mean wait.
 */
export interface QueueFigures {
  /** Mean over time and workers. */
  readonly meanPerWorker: number;
  /** The most that waited on one worker at one time. */
  readonly mostOnAWorker: number;
  /** Waits with a part in that time, be it 0; a preempted sequence waits once more. */
  readonly waits: number;
  /** Mean of those parts. */
  readonly meanWaitMs: number | null;
}

export interface WorkerFigures {
  readonly requests: number;
  /** Time with at least one sequence running. */
  readonly busySeconds: number;
  /** Sequences that wait for admission: mean over time, and the most at one time. */
  readonly meanWaiting: number;
  readonly mostWaiting: number;
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly outputTokens: number;
  readonly evictedBlocks: number;
  readonly preemptions: number;
}

/** What went on over time, from the first arrival of the trace, warm-up included. */
export interface Series {
  readonly bucketSeconds: number;
  /**
   * Mean over the time of each bucket for each worker: running sequences, waiting ones, share of
   * active blocks. That of the last bucket is over the part of it that there was.
   */
  readonly running: readonly (readonly number[])[];
  readonly waiting: readonly (readonly number[])[];
  /** The most that waited at one time of each bucket: on each worker, and on all together. */
  readonly mostWaiting: readonly (readonly number[])[];
  readonly queueMost: readonly number[];
  readonly kvUse: readonly (readonly number[])[];
  /** Token hit rate of the first tokens in each bucket; `null` where there was none. */
  readonly tokenHitRate: readonly (number | null)[];
  readonly arrivals: readonly number[];
}

/** What one replay found. All figures but `series` are of the requests after the warm-up. */
export interface ReplayResult {
  readonly requests: RequestCounts;
  readonly warmupRequests: number;
  /** From the first arrival to the last end. */
  readonly seconds: number;
  /**
   * Measured from the first arrival to the last; 0 for a lone one. Where turns wait for answers it
   * is less than what was asked for.
   */
  readonly arrivalsPerSecond: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
  readonly outputTokensPerSecond: number;
  readonly totalTokensPerSecond: number;
  readonly latencies: Latencies;
  /** Values in milliseconds at `CURVE_SHARES`. */
  readonly curves: { readonly ttftMs: readonly number[]; readonly itlMs: readonly number[] };
  /** Requests that kept the service level: their share of all that came in, and per second. */
  readonly goodShare: number;
  readonly goodPerSecond: number;
  /** Finished requests that broke each bound of the service level; one may break several. */
  readonly missed: { readonly ttft: number; readonly itl: number; readonly e2e: number };
  readonly windows: Windows;
  /** Null where the requests are too few to tell. */
  readonly spread: Spread | null;
  readonly cache: CacheFigures;
  readonly preemptions: number;
  readonly queue: QueueFigures;
  readonly imbalance: Imbalance;
  readonly workers: readonly WorkerFigures[];
  readonly series: Series;
}
