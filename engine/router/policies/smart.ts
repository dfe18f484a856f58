import type { Rng } from '../../../shared/rng.ts';
import type { ClusterView, RouteRequest, RoutingPolicy } from '../routing-policy.ts';
import { Contest } from './contest.ts';

/**
 * Lowest cost wins. With a temperature above 0 the worker is drawn instead, with the probability
 * that NVIDIA Dynamo's router gives it: exp(-(cost - min) / ((max - min) * temperature)),
 * normalised.
 */
export class SmartPolicy implements RoutingPolicy {
  readonly #temperature: number;
  readonly #rng: Rng;
  readonly #contest: Contest;
  readonly #weights: Float64Array;

  constructor(workers: number, temperature: number, rng: Rng) {
    this.#temperature = temperature;
    this.#rng = rng;
    this.#contest = new Contest(workers, rng);
    this.#weights = new Float64Array(workers);
  }

  choose(_request: RouteRequest, view: ClusterView): number {
    if (this.#temperature > 0) return this.#sample(view);
    return this.#contest.winner(view.eligible, view.cost);
  }

  #sample(view: ClusterView): number {
    let min = Number.POSITIVE_INFINITY;
    let max = Number.NEGATIVE_INFINITY;
    for (let worker = 0; worker < view.workers; worker++) {
      if (view.eligible[worker] === 0) continue;
      min = Math.min(min, view.cost[worker]!);
      max = Math.max(max, view.cost[worker]!);
    }
    if (min === max) return this.#contest.winner(view.eligible, view.cost);
    let sum = 0;
    let last = 0;
    for (let worker = 0; worker < view.workers; worker++) {
      if (view.eligible[worker] === 0) continue;
      const weight = Math.exp((min - view.cost[worker]!) / ((max - min) * this.#temperature));
      this.#weights[worker] = weight;
      sum += weight;
      last = worker;
    }
    let mark = this.#rng.unit() * sum;
    for (let worker = 0; worker < last; worker++) {
      if (view.eligible[worker] === 0) continue;
      mark -= this.#weights[worker]!;
      if (mark < 0) return worker;
    }
    return last;
  }
}
