import type { ClusterView, RouteRequest, RoutingPolicy } from '../routing-policy.ts';

/** The next eligible worker after the one chosen last. */
export class RoundRobinPolicy implements RoutingPolicy {
  #next = 0;

  choose(_request: RouteRequest, view: ClusterView): number {
    let worker = this.#next;
    while (view.eligible[worker] === 0) worker = (worker + 1) % view.workers;
    this.#next = (worker + 1) % view.workers;
    return worker;
  }
}
