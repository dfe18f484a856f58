import type { Rng } from '../../../shared/rng.ts';
import type { ClusterView, RouteRequest, RoutingPolicy } from '../routing-policy.ts';
import { SoftContest } from './soft-contest.ts';

/** Lowest cost wins, or is the likeliest: see `SoftContest`. */
export class SmartPolicy implements RoutingPolicy {
  readonly #contest: SoftContest;

  constructor(workers: number, temperature: number, rng: Rng) {
    this.#contest = new SoftContest(workers, temperature, rng);
  }

  choose(_request: RouteRequest, view: ClusterView): number {
    return this.#contest.winner(view.eligible, view.cost);
  }
}
