import { type TimeUs, timeUs } from '../../shared/units.ts';

/**
 * Arrivals whose rate rises in a straight line, to `ratio` times the first one at `endUs`, in place
 * of arrivals at the same mean rate throughout. By a share tau of the time, a share
 * (2 tau + (ratio - 1) tau^2) / (1 + ratio) of the arrivals has come.
 */
export class Ramp {
  readonly #ratio: number;
  readonly #endUs: number;

  /** `ratio` is at least 1, which changes nothing; `endUs` is when the last arrival is expected. */
  constructor(ratio: number, endUs: number) {
    this.#ratio = ratio;
    this.#endUs = endUs;
  }

  /** When an arrival comes that would come at `evenUs` without the ramp. */
  at(evenUs: TimeUs): TimeUs {
    const rise = this.#ratio - 1;
    if (rise === 0 || this.#endUs === 0) return evenUs;
    const share = evenUs / this.#endUs;
    const tau = (Math.sqrt(1 + rise * (1 + this.#ratio) * share) - 1) / rise;
    return timeUs(Math.round(tau * this.#endUs));
  }
}
