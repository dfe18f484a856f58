import { mix32 } from '../../../shared/rng.ts';
import type { ClusterView, RouteRequest, RoutingPolicy } from '../routing-policy.ts';
import { HashRing } from './hash-ring.ts';

/**
 * All requests of a session go to one worker, by consistent hash of the session's key. Where the
 * session is not known, the first block of the prompt stands for it.
 */
export class SessionPolicy implements RoutingPolicy {
  readonly #ring: HashRing;

  constructor(workers: number) {
    this.#ring = new HashRing(workers);
  }

  choose(request: RouteRequest, view: ClusterView): number {
    const key = request.sessionKey ?? request.hashes[0] ?? 0;
    return this.#ring.ownerOf(mix32(key), view.eligible);
  }
}
