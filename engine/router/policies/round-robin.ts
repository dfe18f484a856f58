import type { ClusterView, RouteRequest, RoutingPolicy } from '../routing-policy.ts';

/**
 * The next eligible worker after the one chosen last, as the SGLang router's `round_robin` while
 * all may be chosen; where one may not, that takes the n-th of the others for request n.
 */
export class RoundRobinPolicy implements RoutingPolicy {
  #next = 0;

  choose(_request: RouteRequest, view: ClusterView): number {
    let worker = this.#next;
    while (view.eligible[worker] === 0) worker = (worker + 1) % view.workers;
    this.#next = (worker + 1) % view.workers;
    return worker;
  }
}
