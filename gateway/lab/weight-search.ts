/** The weights of the `smart` policy. */
export interface Weights {
  readonly kvOverlapWeight: number;
  readonly loadBalanceWeight: number;
  readonly routerTemperature: number;
}

/** What is allowed for a weight, and the first step of the search in its direction. */
export interface WeightRange {
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

/** How good some weights are: more good requests, or else less time to first token. */
export interface Score {
  readonly goodShare: number;
  readonly ttftMs: number;
}

/** Rounds of smaller steps after the first grid. */
const ROUNDS = 3;

/**
 * Searches for the best weights: a grid first, then a compass around the best so far, whose steps
 * are halved when none of its points is better.
 */
export class WeightSearch {
  readonly #ranges: Readonly<Record<keyof Weights, WeightRange>>;
  readonly #tried = new Set<string>();
  #pending: readonly Weights[];
  #best: { readonly weights: Weights; readonly score: Score } | undefined;
  #centre: Weights | undefined;
  #stepScale = 1;
  #rounds = 0;

  constructor(grid: readonly Weights[], ranges: Readonly<Record<keyof Weights, WeightRange>>) {
    this.#ranges = ranges;
    this.#pending = this.#untried(grid);
  }

  /** Weights to be tried now, all of them; none when the search is over. */
  next(): readonly Weights[] {
    return this.#pending;
  }

  /** The scores of the weights that `next` gave, in their order. */
  record(scores: readonly Score[]): void {
    for (const [index, score] of scores.entries()) {
      const weights = this.#pending[index];
      if (weights === undefined) continue;
      if (this.#best === undefined || isBetter(score, this.#best.score)) {
        this.#best = { weights, score };
      }
    }
    this.#pending = [];
    while (this.#pending.length === 0 && this.#rounds < ROUNDS) {
      this.#rounds++;
      this.#pending = this.#untried(this.#compass());
    }
  }

  /** The best weights so far; undefined before the first scores. */
  get best(): Weights | undefined {
    return this.#best?.weights;
  }

  /** One step up and down in each direction from the best. */
  #compass(): Weights[] {
    const centre = this.#best?.weights;
    if (centre === undefined) return [];
    if (centre === this.#centre) this.#stepScale /= 2;
    this.#centre = centre;
    const points: Weights[] = [];
    for (const name of ['kvOverlapWeight', 'loadBalanceWeight', 'routerTemperature'] as const) {
      const { min, max, step } = this.#ranges[name];
      for (const sign of [-1, 1]) {
        const value = centre[name] + sign * step * this.#stepScale;
        points.push({ ...centre, [name]: Math.min(max, Math.max(min, value)) });
      }
    }
    return points;
  }

  #untried(points: readonly Weights[]): Weights[] {
    return points.filter((point) => {
      const key = `${point.kvOverlapWeight} ${point.loadBalanceWeight} ${point.routerTemperature}`;
      if (this.#tried.has(key)) return false;
      this.#tried.add(key);
      return true;
    });
  }
}

/** Shares of good requests that differ by less than this are alike: chance moves them as much. */
const SHARE_RESOLUTION = 0.001;

function isBetter(a: Score, b: Score): boolean {
  const more = a.goodShare - b.goodShare;
  return Math.abs(more) < SHARE_RESOLUTION ? a.ttftMs < b.ttftMs : more > 0;
}
