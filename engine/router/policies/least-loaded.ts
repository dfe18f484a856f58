import type { Rng } from '../../../shared/rng.ts';
import type { ClusterView, RouteRequest, RoutingPolicy } from '../routing-policy.ts';
import { Contest } from './contest.ts';

/** The fewest active requests; among those, the fewest blocks in use. */
export class LeastLoadedPolicy implements RoutingPolicy {
  readonly #contest: Contest;

  constructor(workers: number, rng: Rng) {
    this.#contest = new Contest(workers, rng);
  }

  choose(_request: RouteRequest, view: ClusterView): number {
    this.#contest.begin();
    for (let worker = 0; worker < view.workers; worker++) {
      if (view.eligible[worker] === 0) continue;
      const blocks = view.ledger.decodeBlocks(worker);
      this.#contest.enter(worker, view.ledger.activeRequests(worker), blocks);
    }
    return this.#contest.winner();
  }
}
