import type { Rng } from '../../../shared/rng.ts';
import type { ClusterView, RouteRequest, RoutingPolicy } from '../routing-policy.ts';
import { nthEligible } from './random.ts';

/**
 * The less loaded of two different eligible workers drawn at random, as the SGLang router's
 * `power_of_two`: that with fewer active requests, which is what that router compares where it does
 * not poll its workers for their tokens; then that with fewer blocks in use.
 */
export class PowerOfTwoPolicy implements RoutingPolicy {
  readonly #rng: Rng;

  constructor(rng: Rng) {
    this.#rng = rng;
  }

  choose(_request: RouteRequest, view: ClusterView): number {
    const { eligibleCount, ledger } = view;
    const rank = this.#rng.below(eligibleCount);
    const first = nthEligible(view, rank);
    if (eligibleCount === 1) return first;
    const distance = 1 + this.#rng.below(eligibleCount - 1);
    const second = nthEligible(view, (rank + distance) % eligibleCount);
    const lead = ledger.activeRequests(second) - ledger.activeRequests(first);
    const tieLead = ledger.decodeBlocks(second) - ledger.decodeBlocks(first);
    // Which of the two was drawn first is chance already, so it settles what is left of a tie.
    return lead > 0 || (lead === 0 && tieLead >= 0) ? first : second;
  }
}
