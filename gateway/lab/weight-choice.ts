import { paretoFront } from './pareto.ts';
import type { Weights } from './weights.ts';

/** Weights that were tried and how they did, means over the seeds. */
export interface ScoredWeights {
  readonly weights: Weights;
  readonly goodShare: number;
  /** Mean; `Infinity` where no request got a first token. */
  readonly ttftMs: number;
  readonly hitRate: number;
  /** Work of the busiest worker over the mean. */
  readonly imbalance: number;
}

/** Shares of good requests that differ by less than this are alike: chance moves them as much. */
const SHARE_RESOLUTION = 0.001;

/** Those that none other beats in goodput, hit rate and balance at once. */
export function frontOf<Candidate extends ScoredWeights>(
  candidates: readonly Candidate[],
): Candidate[] {
  return paretoFront(candidates, ({ goodShare, hitRate, imbalance }) => [
    goodShare,
    hitRate,
    -imbalance,
  ]);
}

/**
 * The weights to choose: of those on the front whose share of good requests is within
 * `SHARE_RESOLUTION` of the highest, the ones with the least time to first token. Undefined when
 * nothing was tried.
 */
export function chooseWeights<Candidate extends ScoredWeights>(
  candidates: readonly Candidate[],
): Candidate | undefined {
  const front = frontOf(candidates);
  const highest = Math.max(...front.map(({ goodShare }) => goodShare));
  return front
    .filter(({ goodShare }) => goodShare > highest - SHARE_RESOLUTION)
    .toSorted((a, b) => compare(a.ttftMs, b.ttftMs))[0];
}

/** Also of `Infinity`, whose difference to itself is no number. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}
