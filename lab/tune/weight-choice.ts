import type { Weights } from '../experiment/weights.ts';
import { paretoFront } from './pareto.ts';

/**
 * Weights that were tried and how they did, means over the seeds; goodput, latency and hits are of
 * those windows of the trace that a choice goes by.
 */
export interface ScoredWeights {
  readonly weights: Weights;
  readonly goodShare: number;
  /** Mean; `Infinity` where no request got a first token. */
  readonly ttftMs: number;
  readonly hitRate: number;
  /** Work of the busiest worker over the mean. */
  readonly imbalance: number;
  /** Bounds on percentiles that do not hold. */
  readonly brokenBounds: number;
}

/** Shares of good requests that differ by less than this are alike: chance moves them as much. */
const SHARE_RESOLUTION = 0.001;

/** Those that none other beats in goodput, hit rate, balance and broken bounds at once. */
export function frontOf<Candidate extends ScoredWeights>(
  candidates: readonly Candidate[],
): Candidate[] {
  return paretoFront(candidates, ({ goodShare, hitRate, imbalance, brokenBounds }) => [
    goodShare,
    hitRate,
    -imbalance,
    -brokenBounds,
  ]);
}

/**
 * The weights to choose: of those on the front that break the fewest bounds, and whose share of
 * good requests is within `SHARE_RESOLUTION` of the highest, the ones with the least time to first
 * token. Undefined when nothing was tried.
 */
export function chooseWeights<Candidate extends ScoredWeights>(
  candidates: readonly Candidate[],
): Candidate | undefined {
  const all = frontOf(candidates);
  const fewest = Math.min(...all.map(({ brokenBounds }) => brokenBounds));
  const front = all.filter(({ brokenBounds }) => brokenBounds === fewest);
  const highest = Math.max(...front.map(({ goodShare }) => goodShare));
  return front
    .filter(({ goodShare }) => goodShare > highest - SHARE_RESOLUTION)
    .toSorted((a, b) => compare(a.ttftMs, b.ttftMs))[0];
}

/** Also of `Infinity`, whose difference to itself is no number. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}
