import type { Rng } from '../../shared/rng.ts';
import { type TimeUs, timeUs } from '../../shared/units.ts';
import { drawGamma } from './draws.ts';

/** Arrival times of independent requests: gamma-distributed gaps, or all at 0. */
export class Arrivals {
  readonly #rng: Rng;
  readonly #meanGapUs: number;
  readonly #cv: number;
  #nowUs = 0;

  /** `perSecond` is the mean rate, 0 for all at once; `cv` the variation of the gaps. */
  constructor(rng: Rng, perSecond: number, cv: number) {
    this.#rng = rng;
    this.#meanGapUs = perSecond === 0 ? 0 : 1e6 / perSecond;
    this.#cv = cv;
  }

  next(): TimeUs {
    const arrivalUs = timeUs(Math.round(this.#nowUs));
    if (this.#meanGapUs > 0) this.#nowUs += drawGamma(this.#rng, this.#meanGapUs, this.#cv);
    return arrivalUs;
  }
}
