import type { Rng } from '../../../shared/rng.ts';
import type { ClusterView, RouteRequest, RoutingPolicy } from '../routing-policy.ts';
import { Contest } from './contest.ts';
import { nthEligible } from './random.ts';

/** The less loaded of two different eligible workers drawn at random. */
export class PowerOfTwoPolicy implements RoutingPolicy {
  readonly #rng: Rng;
  readonly #contest: Contest;

  constructor(workers: number, rng: Rng) {
    this.#rng = rng;
    this.#contest = new Contest(workers, rng);
  }

  choose(_request: RouteRequest, view: ClusterView): number {
    const { eligibleCount, ledger } = view;
    const rank = this.#rng.below(eligibleCount);
    const first = nthEligible(view, rank);
    if (eligibleCount === 1) return first;
    const distance = 1 + this.#rng.below(eligibleCount - 1);
    const second = nthEligible(view, (rank + distance) % eligibleCount);
    this.#contest.begin();
    this.#contest.enter(first, ledger.activeRequests(first), ledger.decodeBlocks(first));
    this.#contest.enter(second, ledger.activeRequests(second), ledger.decodeBlocks(second));
    return this.#contest.winner();
  }
}
