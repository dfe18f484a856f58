/** Slots of a sliding window: it moves by a twentieth of its length. */
export const SLOTS = 20;

/**
 * The time behind a sliding window: a ring of slots, of which the current one is being filled and
 * the 19 before it are complete. The window is thus 95 to 100 % of its nominal length.
 */
export class SlotRing {
  readonly #slotUs: number;
  readonly #startUs: number;
  /** Number of the slot, counted from time 0, whose values are at each place of the ring. */
  readonly #numbers = new Float64Array(SLOTS).fill(Number.NEGATIVE_INFINITY);
  /** Where to record. */
  current = 0;
  /** End of the current slot: whoever records at or after it must `enter` first. */
  endUs = Number.NEGATIVE_INFINITY;

  /** Nothing has happened before `startUs`, so that the first rates are not too low. */
  constructor(windowUs: number, startUs: number) {
    this.#slotUs = windowUs / SLOTS;
    this.#startUs = startUs;
  }

  /** Makes the slot of `nowUs` the current one. What was at its place is to be cleared. */
  enter(nowUs: number): void {
    const number = Math.floor(nowUs / this.#slotUs);
    this.current = number % SLOTS;
    this.#numbers[this.current] = number;
    this.endUs = (number + 1) * this.#slotUs;
  }

  /** Whether what is at `place` belongs to the window that ends at `nowUs`. */
  isLive(place: number, nowUs: number): boolean {
    const oldest = Math.floor(nowUs / this.#slotUs) - SLOTS + 1;
    return (this.#numbers[place] ?? Number.NEGATIVE_INFINITY) >= oldest;
  }

  /**
   * The sum of `amounts`, one for each place, over the window that ends at `nowUs`, by the seconds
   * that this window covers.
   */
  perSecond(amounts: Float64Array, nowUs: number): number {
    let sum = 0;
    for (let place = 0; place < SLOTS; place++) {
      if (this.isLive(place, nowUs)) sum += amounts[place] ?? 0;
    }
    const oldestUs = (Math.floor(nowUs / this.#slotUs) - SLOTS + 1) * this.#slotUs;
    const coveredUs = nowUs - Math.max(oldestUs, this.#startUs);
    return coveredUs > 0 ? (sum / coveredUs) * 1e6 : 0;
  }
}
