import type { Rng } from '../../../shared/rng.ts';
import type { ClusterView, RouteRequest, RoutingPolicy } from '../routing-policy.ts';
import type { StepEstimate } from '../step-estimate.ts';
import { Contest } from './contest.ts';
import { RecentLoad } from './recent-load.ts';

/** Those of `GlobalSchedulerWithTimePerf` (multi_node/global_scheduler_with_time_perf.py). */
export const PREBLE_PARAMETERS = {
  /** Loads further apart than this factor are evened out. */
  imbalanceFactor: 1.5,
  /** They are not before so many requests were placed. */
  balancedFrom: 50,
  windowSeconds: 180,
  /** What an answer is taken for whose length a client does not say. */
  answerTokens: 45,
} as const;

/**
 * Preble's global scheduler (ICLR'25, E2: exploitation and exploration). The load of a worker is
 * the time that the requests of the last three minutes take there, the prefill of what was not
 * cached and the decode of an answer. A prompt of which more is cached somewhere than is not goes
 * to the least loaded of the workers with the most of it (exploitation), else to the one with the
 * least sum of its load and this prompt's prefill (exploration). While the most loaded worker has
 * over 1.5 times the load of the least loaded one, what exploitation would send to the former goes
 * to the latter. Equal workers are told apart by lot.
 *
 * Left out are the cost of what would be evicted for the prompt, which the published scheduler does
 * not count either unless it is told to, and the copying of a hot prefix whose waits have doubled.
 * There the length of an answer is learned from others with the prefix; a router here hears of
 * none.
 */
export class PreblePolicy implements RoutingPolicy {
  readonly #steps: StepEstimate;
  readonly #contest: Contest;
  readonly #load: RecentLoad;
  #placed = 0;

  constructor(workers: number, steps: StepEstimate, rng: Rng) {
    this.#steps = steps;
    this.#contest = new Contest(workers, rng);
    this.#load = new RecentLoad(workers, PREBLE_PARAMETERS.windowSeconds);
  }

  choose(request: RouteRequest, view: ClusterView): number {
    this.#load.advance(view.atUs);
    const mostBlocks = mostOverlapBlocks(view);
    const isMostlyCached = 2 * mostBlocks * view.blockSize > request.promptTokens;
    return isMostlyCached ? this.#exploit(mostBlocks, view) : this.#explore(request, view);
  }

  booked(request: RouteRequest, worker: number, view: ClusterView): void {
    const { ledger, blocksPerWorker } = view;
    const usage = ledger.usedBlocks(worker) / blocksPerWorker;
    const stepUs = this.#steps.decodeStepUs(ledger.running(worker) + 1, usage);
    const decodeUs = PREBLE_PARAMETERS.answerTokens * stepUs;
    this.#load.advance(view.atUs);
    this.#load.add(worker, this.#prefillUs(request, worker, view) + decodeUs);
    this.#placed++;
  }

  forget(worker: number): void {
    this.#load.clear(worker);
  }

  #exploit(mostBlocks: number, view: ClusterView): number {
    const { scores } = this.#contest;
    for (let worker = 0; worker < view.workers; worker++) {
      const isBest = view.overlapBlocks[worker] === mostBlocks;
      scores[worker] = isBest ? this.#load.us(worker) : Number.POSITIVE_INFINITY;
    }
    const chosen = this.#contest.winner(view.eligible);
    return this.#isOverloaded(chosen, view) ? this.#leastLoaded(view) : chosen;
  }

  #explore(request: RouteRequest, view: ClusterView): number {
    const { scores } = this.#contest;
    for (let worker = 0; worker < view.workers; worker++) {
      scores[worker] = this.#load.us(worker) + this.#prefillUs(request, worker, view);
    }
    return this.#contest.winner(view.eligible);
  }

  #leastLoaded(view: ClusterView): number {
    const { scores } = this.#contest;
    for (let worker = 0; worker < view.workers; worker++) scores[worker] = this.#load.us(worker);
    return this.#contest.winner(view.eligible);
  }

  /** Whether `worker` is the most loaded one, and too much so. */
  #isOverloaded(worker: number, { workers, eligible }: ClusterView): boolean {
    const { balancedFrom, imbalanceFactor } = PREBLE_PARAMETERS;
    if (this.#placed < balancedFrom) return false;
    const loadUs = this.#load.us(worker);
    let leastUs = loadUs;
    for (let other = 0; other < workers; other++) {
      if (eligible[other] === 0) continue;
      if (this.#load.us(other) > loadUs) return false;
      leastUs = Math.min(leastUs, this.#load.us(other));
    }
    return loadUs > imbalanceFactor * leastUs;
  }

  #prefillUs({ promptTokens }: RouteRequest, worker: number, view: ClusterView): number {
    const tokens = promptTokens - view.overlapBlocks[worker]! * view.blockSize;
    return this.#steps.prefillUs(tokens, promptTokens, 1);
  }
}

function mostOverlapBlocks({ workers, eligible, overlapBlocks }: ClusterView): number {
  let most = 0;
  for (let worker = 0; worker < workers; worker++) {
    if (eligible[worker] === 1) most = Math.max(most, overlapBlocks[worker]!);
  }
  return most;
}
