import type { Rng } from '../../../shared/rng.ts';
import type { ClusterView, RouteRequest, RoutingPolicy } from '../routing-policy.ts';
import { Contest } from './contest.ts';
import { LeastLoadedPolicy } from './least-loaded.ts';

/** Defaults of the SGLang router (Rust): load is uneven beyond both of the first two. */
const BALANCE_ABSOLUTE = 32;
const BALANCE_RELATIVE = 1.1;
/** The share of the prompt's tokens that must be cached for the cache to decide. */
const CACHE_THRESHOLD = 0.5;

/**
 * The SGLang router's `cache_aware` rule, with the exact index in place of its approximate tree:
 * when active requests are spread unevenly, the least loaded worker; else the worker with the
 * longest cached prefix, if that is over half of the prompt; else the worker with the fewest cached
 * blocks.
 */
export class CacheAwarePolicy implements RoutingPolicy {
  readonly #contest: Contest;
  readonly #leastLoaded: LeastLoadedPolicy;

  constructor(workers: number, rng: Rng) {
    this.#contest = new Contest(workers, rng);
    this.#leastLoaded = new LeastLoadedPolicy(workers, rng);
  }

  choose(request: RouteRequest, view: ClusterView): number {
    let min = Number.POSITIVE_INFINITY;
    let max = 0;
    let overlap = 0;
    for (let worker = 0; worker < view.workers; worker++) {
      if (view.eligible[worker] === 0) continue;
      const active = view.ledger.activeRequests(worker);
      min = Math.min(min, active);
      max = Math.max(max, active);
      overlap = Math.max(overlap, view.overlapBlocks[worker]!);
    }
    if (max - min > BALANCE_ABSOLUTE && max > BALANCE_RELATIVE * min) {
      return this.#leastLoaded.choose(request, view);
    }
    const matched = overlap * view.blockSize > CACHE_THRESHOLD * request.promptTokens;
    const { scores, tieScores } = this.#contest;
    for (let worker = 0; worker < view.workers; worker++) {
      scores[worker] = matched ? -view.overlapBlocks[worker]! : view.index.cachedBlocks(worker);
      tieScores[worker] = view.ledger.activeRequests(worker);
    }
    return this.#contest.winner(view.eligible);
  }
}
