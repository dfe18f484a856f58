import { mix32, type Rng } from '../../../shared/rng.ts';
import type { ClusterView, RouteRequest, RoutingPolicy } from '../routing-policy.ts';
import { HashRing } from './hash-ring.ts';
import { LeastLoadedPolicy } from './least-loaded.ts';

/**
 * All requests of a session go to one worker, by consistent hash of the session's key. A request
 * without a session goes to the least loaded worker. So does the `SessionRouter` of vLLM's
 * production stack (src/vllm_router/routers/routing_logic.py), but that by requests per second.
 * What most prompts have in common, their first block or none, would bind them all to one.
 */
export class SessionPolicy implements RoutingPolicy {
  readonly #ring: HashRing;
  readonly #leastLoaded: LeastLoadedPolicy;

  constructor(workers: number, rng: Rng) {
    this.#ring = new HashRing(workers);
    this.#leastLoaded = new LeastLoadedPolicy(workers, rng);
  }

  choose(request: RouteRequest, view: ClusterView): number {
    if (request.sessionKey === undefined) return this.#leastLoaded.choose(request, view);
    return this.#ring.ownerOf(mix32(request.sessionKey), view.eligible);
  }
}
