import type { Rng } from '../../../shared/rng.ts';
import type { ClusterView, RouteRequest, RoutingPolicy } from '../routing-policy.ts';
import type { StepEstimate } from '../step-estimate.ts';
import { Contest } from './contest.ts';

/**
 * The choice of a prefill instance in Mooncake's Conductor (FAST'25, algorithm 1, its cache-aware
 * branch): the worker with the least estimate of the time to first token, the time of the prefills
 * that wait there and that of the part of this prompt that is not cached there, by a model of a
 * prompt's length and its cached prefix. Equal workers are told apart by lot.
 *
 * Workers here fetch nothing from each other for it, so the branch that has a longer prefix
 * transferred is not taken; they decode what they prefill, so no other instance is chosen for that;
 * and nothing is turned away for an objective. What waits is known in tokens: its time is that of
 * as many tokens of the prompts that were placed so far.
 */
export class MooncakePolicy implements RoutingPolicy {
  readonly #steps: StepEstimate;
  readonly #contest: Contest;
  /** Sums over all prompts that were placed, of what was not cached of them. */
  #placedUs = 0;
  #placedTokens = 0;

  constructor(workers: number, steps: StepEstimate, rng: Rng) {
    this.#steps = steps;
    this.#contest = new Contest(workers, rng);
  }

  choose(request: RouteRequest, view: ClusterView): number {
    const { workers, eligible, ledger } = view;
    const usPerToken = this.#placedTokens === 0 ? 0 : this.#placedUs / this.#placedTokens;
    const { scores } = this.#contest;
    for (let worker = 0; worker < workers; worker++) {
      if (eligible[worker] === 0) continue;
      const queueUs = ledger.prefillTokensPending(worker) * usPerToken;
      scores[worker] = queueUs + this.#prefillUs(request, worker, view);
    }
    return this.#contest.winner(eligible);
  }

  booked(request: RouteRequest, worker: number, view: ClusterView): void {
    this.#placedUs += this.#prefillUs(request, worker, view);
    this.#placedTokens += request.promptTokens - view.overlapBlocks[worker]! * view.blockSize;
  }

  #prefillUs({ promptTokens }: RouteRequest, worker: number, view: ClusterView): number {
    const tokens = promptTokens - view.overlapBlocks[worker]! * view.blockSize;
    return this.#steps.prefillUs(tokens, promptTokens, 1);
  }
}
