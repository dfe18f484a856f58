import type { Rng } from '../../../shared/rng.ts';
import type { ClusterView, RouteRequest, RoutingPolicy } from '../routing-policy.ts';

/** Any eligible worker, uniformly, as the SGLang router's `random`. */
export class RandomPolicy implements RoutingPolicy {
  readonly #rng: Rng;

  constructor(rng: Rng) {
    this.#rng = rng;
  }

  choose(_request: RouteRequest, view: ClusterView): number {
    return nthEligible(view, this.#rng.below(view.eligibleCount));
  }
}

/** The eligible worker that has `rank` eligible ones before it. */
export function nthEligible(view: ClusterView, rank: number): number {
  let worker = 0;
  for (let skipped = 0; ; worker++) {
    if (view.eligible[worker] === 0) continue;
    if (skipped === rank) return worker;
    skipped++;
  }
}
