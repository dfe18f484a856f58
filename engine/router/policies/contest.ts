import type { Rng } from '../../../shared/rng.ts';

/** Finds the worker with the lowest score, then the lowest tie score, then by lot among equals. */
export class Contest {
  /** Each worker's scores, to be written by whoever asks for a winner. */
  readonly scores: Float64Array;
  readonly tieScores: Float64Array;
  readonly #leaders: Int32Array;
  readonly #rng: Rng;

  constructor(workers: number, rng: Rng) {
    this.scores = new Float64Array(workers);
    this.tieScores = new Float64Array(workers);
    this.#leaders = new Int32Array(workers);
    this.#rng = rng;
  }

  /** The winner among the workers with a 1 in `eligible`, of which there must be one. */
  winner(eligible: Uint8Array, scores = this.scores): number {
    const leaders = this.#leaders;
    let leaderCount = 0;
    let best = Number.POSITIVE_INFINITY;
    let bestTie = Number.POSITIVE_INFINITY;
    for (let worker = 0; worker < leaders.length; worker++) {
      if (eligible[worker] === 0 || scores[worker]! > best) continue;
      const tie = this.tieScores[worker]!;
      if (scores[worker] === best) {
        if (tie > bestTie) continue;
        if (tie < bestTie) leaderCount = 0;
      } else {
        leaderCount = 0;
      }
      best = scores[worker]!;
      bestTie = tie;
      leaders[leaderCount++] = worker;
    }
    return leaders[leaderCount === 1 ? 0 : this.#rng.below(leaderCount)]!;
  }
}
