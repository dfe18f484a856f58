import { SLOTS, SlotRing } from './slot-ring.ts';

/** How much of something came in, over a sliding window. */
export class RateWindow {
  readonly #ring: SlotRing;
  readonly #sums = new Float64Array(SLOTS);

  constructor(windowUs: number, startUs: number) {
    this.#ring = new SlotRing(windowUs, startUs);
  }

  add(amount: number, nowUs: number): void {
    const ring = this.#ring;
    if (nowUs >= ring.endUs) {
      ring.enter(nowUs);
      this.#sums[ring.current] = 0;
    }
    this.#sums[ring.current] = (this.#sums[ring.current] ?? 0) + amount;
  }

  /** Over the window that ends at `nowUs`. */
  perSecond(nowUs: number): number {
    return this.#ring.perSecond(this.#sums, nowUs);
  }
}
