import type { Rng } from '../../../shared/rng.ts';
import type { ClusterView, RouteRequest, RoutingPolicy } from '../routing-policy.ts';
import { ActiveBlocks } from './active-blocks.ts';
import { SoftContest } from './soft-contest.ts';

/** All but the last are defaults of `KvRouterConfig` (lib/kv-router/src/scheduling/config.rs). */
export const DYNAMO_PARAMETERS: DynamoParameters = {
  overlapScoreCredit: 1,
  overlapScoreCreditDecay: 0,
  prefillLoadScale: 1,
  decodeActiveRequestWeight: 0,
  temperature: 0,
  activeRungs: 2 ** 24,
};

interface DynamoParameters {
  readonly overlapScoreCredit: number;
  readonly overlapScoreCreditDecay: number;
  readonly prefillLoadScale: number;
  readonly decodeActiveRequestWeight: number;
  /** 0 takes the lowest cost. */
  readonly temperature: number;
  /** Rungs of `ActiveBlocks`, of all workers together. */
  readonly activeRungs: number;
}

/**
 * NVIDIA Dynamo's KV router (`DefaultWorkerScorer` of lib/kv-router/src/scheduling/selector). In
 * blocks, with what a worker has still to prefill, P, and the whole prompt, R:
 *
 *   credit = overlap_score_credit / (1 + decay · (P - min P) / R) · cached blocks of the prompt
 *   cost = prefill_load_scale · max(P + R - credit, 0) + decode blocks + weight · active requests
 *
 * Decode blocks are the blocks of all prompts on the worker, this one's included, from placement to
 * end, each counted once (but see `ActiveBlocks`); those of answers are not tracked there by
 * default. What is cached and in no request's use adds to them. Equal workers are told apart by
 * lot.
 *
 * Workers here have no host or disk tier, and no shared cache, which earn credits there. P is taken
 * from the worker's reports, where that router charges a prompt in full until its first token.
 */
export class DynamoPolicy implements RoutingPolicy {
  readonly #parameters: DynamoParameters;
  readonly #contest: SoftContest;
  readonly #active: readonly ActiveBlocks[];

  constructor(workers: number, rng: Rng, parameters = DYNAMO_PARAMETERS) {
    this.#parameters = parameters;
    this.#contest = new SoftContest(workers, parameters.temperature, rng);
    const capRungs = Math.ceil(parameters.activeRungs / workers);
    this.#active = Array.from({ length: workers }, () => new ActiveBlocks(capRungs));
  }

  get forgottenBlocks(): number {
    return this.#active.reduce((sum, { forgottenBlocks }) => sum + forgottenBlocks, 0);
  }

  choose(request: RouteRequest, view: ClusterView): number {
    const { costs } = this.#contest;
    const leastTokens = leastPrefillTokens(view);
    for (let worker = 0; worker < view.workers; worker++) {
      if (view.eligible[worker] === 0) continue;
      costs[worker] = this.#cost(request, view, worker, leastTokens);
    }
    return this.#contest.winner(view.eligible);
  }

  booked({ hashes, promptBlocks }: RouteRequest, worker: number): void {
    this.#active[worker]!.add(hashes, promptBlocks);
  }

  ended({ hashes, promptBlocks }: RouteRequest, worker: number): void {
    this.#active[worker]!.remove(hashes, promptBlocks);
  }

  forget(worker: number): void {
    this.#active[worker]!.clear();
  }

  #cost(request: RouteRequest, view: ClusterView, worker: number, leastTokens: number): number {
    const { overlapScoreCredit, overlapScoreCreditDecay, prefillLoadScale } = this.#parameters;
    const { blockSize, ledger } = view;
    const { hashes, promptBlocks, promptTokens } = request;
    const pendingTokens = ledger.prefillTokensPending(worker);
    const excessBlocks = (pendingTokens - leastTokens) / blockSize;
    const excess = excessBlocks / Math.ceil(promptTokens / blockSize);
    const credit = overlapScoreCredit / (1 + overlapScoreCreditDecay * excess);
    const rawBlocks = (pendingTokens + promptTokens) / blockSize;
    const prefillBlocks = Math.max(rawBlocks - credit * view.overlapBlocks[worker]!, 0);
    const active = this.#active[worker]!;
    const decodeBlocks = active.blocks + promptBlocks - active.match(hashes, promptBlocks);
    return (
      prefillLoadScale * prefillBlocks +
      decodeBlocks +
      this.#parameters.decodeActiveRequestWeight * ledger.activeRequests(worker)
    );
  }
}

function leastPrefillTokens({ workers, eligible, ledger }: ClusterView): number {
  let least = Number.POSITIVE_INFINITY;
  for (let worker = 0; worker < workers; worker++) {
    if (eligible[worker] === 1) least = Math.min(least, ledger.prefillTokensPending(worker));
  }
  return least;
}
