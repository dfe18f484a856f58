import {
  WEIGHT_NAMES,
  type WeightRange,
  type Weights,
  type WeightTable,
} from '../experiment/weights.ts';
import { chooseWeights, type ScoredWeights } from './weight-choice.ts';

/** Weights that are tried after the grid, at most. */
export const REFINEMENTS_MAX = 36;

/** The search does not step by less. */
const STEP_MIN: Weights = {
  kvOverlapWeight: 0.05,
  loadBalanceWeight: 0.05,
  routerTemperature: 0.01,
};

/**
 * Searches for the best weights: a grid first, then one step up and down in each direction from the
 * best so far. Steps begin with half the way to the next value of the grid, or to the end of the
 * range, and are halved when they lead to nothing better, until they are small.
 */
export class WeightSearch<Candidate extends ScoredWeights> {
  readonly #grid: readonly Weights[];
  readonly #ranges: WeightTable<WeightRange>;
  readonly #seen = new Set<string>();
  readonly #candidates: Candidate[] = [];
  #pending: readonly Weights[];
  #centre: Candidate | undefined;
  #steps: Weights | undefined;
  #refinements = 0;

  constructor(grid: readonly Weights[], ranges: WeightTable<WeightRange>) {
    this.#ranges = ranges;
    this.#grid = this.#unseen(grid);
    this.#pending = this.#grid;
  }

  /** Weights that are tried in all, at most. */
  get candidatesMax(): number {
    return this.#grid.length + REFINEMENTS_MAX;
  }

  /** What was recorded. */
  get candidates(): readonly Candidate[] {
    return this.#candidates;
  }

  /** Weights to be tried now, all of them; none when the search is over. */
  next(): readonly Weights[] {
    return this.#pending;
  }

  /** How the weights that `next` gave did. */
  record(scored: readonly Candidate[]): void {
    this.#candidates.push(...scored);
    this.#pending = [];
    const best = chooseWeights(this.#candidates);
    if (best === undefined) return;
    if (best === this.#centre) this.#steps = mapWeights((name) => this.#stepsOf(name) / 2);
    this.#centre = best;
    this.#steps ??= mapWeights((name) => this.#firstStep(name, best.weights[name]));
    this.#pending = this.#nextPoints(best.weights);
  }

  /** Points around `centre` that were not tried before, with smaller steps until there are some. */
  #nextPoints(centre: Weights): readonly Weights[] {
    while (WEIGHT_NAMES.some((name) => this.#stepsOf(name) >= STEP_MIN[name])) {
      const points = this.#unseen(this.#pointsAround(centre));
      if (points.length > 0) {
        const taken = points.slice(0, REFINEMENTS_MAX - this.#refinements);
        this.#refinements += taken.length;
        return taken;
      }
      this.#steps = mapWeights((name) => this.#stepsOf(name) / 2);
    }
    return [];
  }

  /** One step up and down in each direction whose steps are not too small. */
  #pointsAround(centre: Weights): Weights[] {
    return WEIGHT_NAMES.filter((name) => this.#stepsOf(name) >= STEP_MIN[name]).flatMap((name) => {
      const { min, max } = this.#ranges[name];
      return [-1, 1].map((sign) => {
        const value = round(centre[name] + sign * this.#stepsOf(name));
        return { ...centre, [name]: Math.min(max, Math.max(min, value)) };
      });
    });
  }

  #stepsOf(name: keyof Weights): number {
    return this.#steps?.[name] ?? 0;
  }

  /** Half the way from `value` to the nearest other value of the grid or end of the range. */
  #firstStep(name: keyof Weights, value: number): number {
    const { min, max } = this.#ranges[name];
    const gaps = [min, max, ...this.#grid.map((weights) => weights[name])]
      .map((other) => Math.abs(other - value))
      .filter((gap) => gap > 0);
    return gaps.length === 0 ? 0 : Math.min(...gaps) / 2;
  }

  #unseen(points: readonly Weights[]): Weights[] {
    return points.filter((point) => {
      const key = WEIGHT_NAMES.map((name) => point[name]).join(' ');
      if (this.#seen.has(key)) return false;
      this.#seen.add(key);
      return true;
    });
  }
}

function mapWeights(weightOf: (name: keyof Weights) => number): Weights {
  return {
    kvOverlapWeight: weightOf('kvOverlapWeight'),
    loadBalanceWeight: weightOf('loadBalanceWeight'),
    routerTemperature: weightOf('routerTemperature'),
  };
}

/** Sums of decimal fractions as a user would write them. */
function round(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
