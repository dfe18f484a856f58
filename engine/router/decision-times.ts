import { LogHistogram } from '../../shared/log-histogram.ts';

/** How long decisions took, in microseconds; not a number where there was none. */
export interface DecisionTime {
  readonly decisions: number;
  readonly meanUs: number;
  readonly p99Us: number;
}

/** Collects how long decisions take. */
export class DecisionTimes {
  readonly #ns = new LogHistogram();

  /** A decision took `us` microseconds, which need not be whole. */
  add(us: number): void {
    this.#ns.add(Math.round(us * 1000));
  }

  summary(): DecisionTime {
    const [p99 = Number.NaN] = this.#ns.quantiles([0.99]);
    const { count, mean } = this.#ns;
    return { decisions: count, meanUs: mean / 1000, p99Us: p99 / 1000 };
  }
}
