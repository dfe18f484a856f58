import type { Rng } from '../../../shared/rng.ts';
import { Contest } from './contest.ts';

/**
 * Finds the worker with the lowest cost, by lot among equals. With a temperature above 0 it is
 * drawn instead, with the probability that NVIDIA Dynamo's router gives it:
 * exp(-(cost - min) / ((max - min) * temperature)), normalised.
 */
export class SoftContest {
  /** Each worker's cost, to be written by whoever asks for a winner. */
  readonly costs: Float64Array;
  readonly #temperature: number;
  readonly #rng: Rng;
  readonly #contest: Contest;
  readonly #weights: Float64Array;

  constructor(workers: number, temperature: number, rng: Rng) {
    this.costs = new Float64Array(workers);
    this.#temperature = temperature;
    this.#rng = rng;
    this.#contest = new Contest(workers, rng);
    this.#weights = new Float64Array(workers);
  }

  /** The winner among the workers with a 1 in `eligible`, of which there must be one. */
  winner(eligible: Uint8Array, costs = this.costs): number {
    if (this.#temperature > 0) return this.#draw(eligible, costs);
    return this.#contest.winner(eligible, costs);
  }

  #draw(eligible: Uint8Array, costs: Float64Array): number {
    let min = Number.POSITIVE_INFINITY;
    let max = Number.NEGATIVE_INFINITY;
    for (let worker = 0; worker < costs.length; worker++) {
      if (eligible[worker] === 0) continue;
      min = Math.min(min, costs[worker]!);
      max = Math.max(max, costs[worker]!);
    }
    if (min === max) return this.#contest.winner(eligible, costs);
    let sum = 0;
    let last = 0;
    for (let worker = 0; worker < costs.length; worker++) {
      if (eligible[worker] === 0) continue;
      const weight = Math.exp((min - costs[worker]!) / ((max - min) * this.#temperature));
      this.#weights[worker] = weight;
      sum += weight;
      last = worker;
    }
    let mark = this.#rng.unit() * sum;
    for (let worker = 0; worker < last; worker++) {
      if (eligible[worker] === 0) continue;
      mark -= this.#weights[worker]!;
      if (mark < 0) return worker;
    }
    return last;
  }
}
