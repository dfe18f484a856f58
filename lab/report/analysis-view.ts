import type { TraceStats } from '../analyze/trace-stats.ts';
import { rounded } from './figure-text.ts';

/** Hits by the size of the cache, for one block size. */
export interface HitCurveView {
  readonly name: string;
  /** Of an infinite cache, 0 .. 1. */
  readonly hitBound: number;
  readonly tokens: readonly number[];
  readonly hitRates: readonly number[];
}

/** Some turns, as shares of their prompts' tokens. */
export interface TurnView {
  readonly name: string;
  /** The same in as few characters as there are: `6–10`, `21+`. */
  readonly shortName: string;
  readonly requests: number;
  readonly within: number;
  readonly between: number;
}

/** What the script of an analysis' page draws. */
export interface AnalysisView {
  readonly workerTokens: number;
  readonly curves: readonly HitCurveView[];
  /** Tokens at each percent of the requests, from 0 to 100. */
  readonly promptTokens: readonly number[];
  readonly outputTokens: readonly number[];
  readonly bucketSeconds: number;
  /** Requests per second in each bucket. */
  readonly arrivals: readonly number[];
  /** `null` where all arrive at once. */
  readonly requestsPerSecond: number | null;
  /** With blocks of the first size; empty where no session has a second turn. */
  readonly turns: readonly TurnView[];
}

export function analysisView(stats: TraceStats, workerTokens: number): AnalysisView {
  const { promptTokens, outputTokens, bucketSeconds, buckets, spanSeconds } = stats;
  const [first] = stats.blocks;
  const hasTurns = stats.turnsPerSession.max > 1;
  return {
    workerTokens,
    curves: stats.blocks.map(({ blockSize, workingSet }) => ({
      name: `${blockSize} tokens a block`,
      hitBound: rounded(workingSet.hitBound, 4),
      tokens: workingSet.curve.map(({ blocks }) => blocks * blockSize),
      hitRates: workingSet.curve.map(({ tokenHitRate }) => rounded(tokenHitRate, 4)),
    })),
    promptTokens: promptTokens.percentiles.map(Math.round),
    outputTokens: outputTokens.percentiles.map(Math.round),
    bucketSeconds,
    arrivals: buckets.map((requests, at) => {
      // The last bucket is only as long as the trace goes on.
      const left = Math.max(1, spanSeconds - at * bucketSeconds);
      return rounded(requests / Math.min(bucketSeconds, left), 4);
    }),
    requestsPerSecond: spanSeconds === 0 ? null : rounded(stats.requestsPerSecond, 4),
    turns: (hasTurns ? (first?.workingSet.turns ?? []) : [])
      .filter(({ requests }) => requests > 0)
      .map(({ firstTurn, lastTurn, requests, ...tokens }) => ({
        name: turnsText(firstTurn, lastTurn),
        shortName: turnsText(firstTurn, lastTurn).replace(' to ', '–').replace(' and later', '+'),
        requests,
        within: rounded(tokens.hitTokensWithin / tokens.promptTokens, 4),
        between: rounded(tokens.hitTokensBetween / tokens.promptTokens, 4),
      })),
  };
}

/** `1`, `6 to 10` or `21 and later`. */
export function turnsText(firstTurn: number, lastTurn: number | null): string {
  if (lastTurn === null) return `${firstTurn} and later`;
  return firstTurn === lastTurn ? String(firstTurn) : `${firstTurn} to ${lastTurn}`;
}
