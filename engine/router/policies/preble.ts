import type { Rng } from '../../../shared/rng.ts';
import type { ClusterView, RouteRequest, RoutingPolicy } from '../routing-policy.ts';
import type { StepEstimate } from '../step-estimate.ts';
import { Contest } from './contest.ts';
import { WindowSums } from './window-sums.ts';

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
 * least sum of its load, this prompt's prefill, and the prefill of what would be evicted for it
 * (exploration). While the most loaded worker has
 * over 1.5 times the load of the least loaded one, what exploitation would send to the former goes
 * to the latter. Equal workers are told apart by lot.
 *
 * There the victims are told from a copy of each cache, and cost their prefill as often as they
 * were used in those three minutes. Here they are as many blocks as are not cached of the prompt,
 * used once if the worker was given more of them to compute than it has room for, else not at all.
 * There the length of an answer is learned from others with the prefix; a router here hears of
 * none. A hot prefix whose waits have doubled is not copied.
 */
export class PreblePolicy implements RoutingPolicy {
  readonly #steps: StepEstimate;
  readonly #contest: Contest;
  /** In microseconds. */
  readonly #load: WindowSums;
  /** Blocks that each worker was given to compute. */
  readonly #computed: WindowSums;
  #placed = 0;

  constructor(workers: number, steps: StepEstimate, rng: Rng) {
    this.#steps = steps;
    this.#contest = new Contest(workers, rng);
    this.#load = new WindowSums(workers, PREBLE_PARAMETERS.windowSeconds);
    this.#computed = new WindowSums(workers, PREBLE_PARAMETERS.windowSeconds);
  }

  choose(request: RouteRequest, view: ClusterView): number {
    this.#advance(view);
    const mostBlocks = mostOverlapBlocks(view);
    const isMostlyCached = 2 * mostBlocks * view.blockSize > request.promptTokens;
    return isMostlyCached ? this.#exploit(mostBlocks, view) : this.#explore(request, view);
  }

  booked(request: RouteRequest, worker: number, view: ClusterView): void {
    const { ledger, blocksPerWorker } = view;
    const usage = ledger.usedBlocks(worker) / blocksPerWorker;
    const stepUs = this.#steps.decodeStepUs(ledger.running(worker) + 1, usage);
    const decodeUs = PREBLE_PARAMETERS.answerTokens * stepUs;
    this.#advance(view);
    this.#load.add(worker, this.#prefillUs(request, worker, view) + decodeUs);
    this.#computed.add(worker, request.promptBlocks - view.overlapBlocks[worker]!);
    this.#placed++;
  }

  forget(worker: number): void {
    this.#load.clear(worker);
    this.#computed.clear(worker);
  }

  #advance({ atUs }: ClusterView): void {
    this.#load.advance(atUs);
    this.#computed.advance(atUs);
  }

  #exploit(mostBlocks: number, view: ClusterView): number {
    const { scores } = this.#contest;
    for (let worker = 0; worker < view.workers; worker++) {
      const isBest = view.overlapBlocks[worker] === mostBlocks;
      scores[worker] = isBest ? this.#load.of(worker) : Number.POSITIVE_INFINITY;
    }
    const chosen = this.#contest.winner(view.eligible);
    return this.#isOverloaded(chosen, view) ? this.#leastLoaded(view) : chosen;
  }

  #explore(request: RouteRequest, view: ClusterView): number {
    const { scores } = this.#contest;
    for (let worker = 0; worker < view.workers; worker++) {
      const prefillUs = this.#prefillUs(request, worker, view);
      const isFull = this.#computed.of(worker) > view.blocksPerWorker;
      scores[worker] = this.#load.of(worker) + prefillUs + (isFull ? prefillUs : 0);
    }
    return this.#contest.winner(view.eligible);
  }

  #leastLoaded(view: ClusterView): number {
    const { scores } = this.#contest;
    for (let worker = 0; worker < view.workers; worker++) scores[worker] = this.#load.of(worker);
    return this.#contest.winner(view.eligible);
  }

  /** Whether `worker` is the most loaded one, and too much so. */
  #isOverloaded(worker: number, { workers, eligible }: ClusterView): boolean {
    const { balancedFrom, imbalanceFactor } = PREBLE_PARAMETERS;
    if (this.#placed < balancedFrom) return false;
    const loadUs = this.#load.of(worker);
    let leastUs = loadUs;
    for (let other = 0; other < workers; other++) {
      if (eligible[other] === 0) continue;
      if (this.#load.of(other) > loadUs) return false;
      leastUs = Math.min(leastUs, this.#load.of(other));
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
