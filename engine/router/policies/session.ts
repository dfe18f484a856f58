import { mix32 } from '../../../shared/rng.ts';
import type { ClusterView, RouteRequest, RoutingPolicy } from '../routing-policy.ts';
import { HashRing } from './hash-ring.ts';

/** All requests of a session go to one worker, by consistent hash of the session's key. */
export class SessionPolicy implements RoutingPolicy {
  readonly #ring: HashRing;

  constructor(workers: number) {
    this.#ring = new HashRing(workers);
  }

  choose(request: RouteRequest, view: ClusterView): number {
    return this.#ring.ownerOf(mix32(request.sessionKey), view.eligible);
  }
}
