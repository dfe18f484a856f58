import type { Rng } from '../../../shared/rng.ts';
import type { ClusterView, RouteRequest, RoutingPolicy } from '../routing-policy.ts';
import { Contest } from './contest.ts';

/**
 * The fewest active requests, as Vidur's global scheduler `lor` (least outstanding requests); among
 * those, the fewest blocks in use.
 */
export class LeastLoadedPolicy implements RoutingPolicy {
  readonly #contest: Contest;

  constructor(workers: number, rng: Rng) {
    this.#contest = new Contest(workers, rng);
  }

  choose(_request: RouteRequest, view: ClusterView): number {
    const { scores, tieScores } = this.#contest;
    for (let worker = 0; worker < view.workers; worker++) {
      scores[worker] = view.ledger.activeRequests(worker);
      tieScores[worker] = view.ledger.decodeBlocks(worker);
    }
    return this.#contest.winner(view.eligible);
  }
}
