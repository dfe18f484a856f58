import type { Rng } from '../../../shared/rng.ts';

/** Finds the worker with the lowest score, then the lowest tie score, then by lot among equals. */
export class Contest {
  readonly #rng: Rng;
  readonly #leaders: Int32Array;
  #leaderCount = 0;
  #score = 0;
  #tieScore = 0;

  constructor(workers: number, rng: Rng) {
    this.#rng = rng;
    this.#leaders = new Int32Array(workers);
  }

  begin(): void {
    this.#leaderCount = 0;
  }

  enter(worker: number, score: number, tieScore: number): void {
    if (this.#leaderCount > 0) {
      if (score > this.#score) return;
      if (score === this.#score && tieScore > this.#tieScore) return;
      if (score < this.#score || tieScore < this.#tieScore) this.#leaderCount = 0;
    }
    this.#score = score;
    this.#tieScore = tieScore;
    this.#leaders[this.#leaderCount++] = worker;
  }

  /** The winner among those entered since `begin`, of which there must be one. */
  winner(): number {
    return this.#leaders[this.#leaderCount === 1 ? 0 : this.#rng.below(this.#leaderCount)]!;
  }
}
