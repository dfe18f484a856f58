import { SLOTS, SlotRing } from './slot-ring.ts';

/** How often something happened since the start, by row. */
export class Counter {
  readonly #counts: Float64Array;

  constructor(rows = 1) {
    this.#counts = new Float64Array(rows);
  }

  add(row: number, amount: number): void {
    this.#counts[row] = (this.#counts[row] ?? 0) + amount;
  }

  of(row: number): number {
    return this.#counts[row] ?? 0;
  }

  /** Sum of the rows `first`, `first` + `step` and so on, before `end`. */
  sum(first = 0, end = this.#counts.length, step = 1): number {
    let sum = 0;
    for (let row = first; row < end; row += step) sum += this.of(row);
    return sum;
  }
}

/** How often something happened, by row: since the start, and a second over a sliding window. */
export class RateCounter {
  readonly #total: Counter;
  readonly #rings: readonly SlotRing[];
  /** Counts of the slots of the window, row by row. */
  readonly #slots: readonly Float64Array[];

  constructor(rows: number, windowUs: number, startUs: number) {
    this.#total = new Counter(rows);
    this.#rings = Array.from({ length: rows }, () => new SlotRing(windowUs, startUs));
    this.#slots = Array.from({ length: rows }, () => new Float64Array(SLOTS));
  }

  add(row: number, nowUs: number): void {
    this.#total.add(row, 1);
    const ring = this.#rings[row];
    const slots = this.#slots[row];
    if (ring === undefined || slots === undefined) return;
    if (nowUs >= ring.endUs) {
      ring.enter(nowUs);
      slots[ring.current] = 0;
    }
    slots[ring.current] = (slots[ring.current] ?? 0) + 1;
  }

  of(row: number): number {
    return this.#total.of(row);
  }

  /** Over all rows. */
  sum(): number {
    return this.#total.sum();
  }

  /** Over the window that ends at `nowUs`. */
  perSecond(row: number, nowUs: number): number {
    const slots = this.#slots[row];
    return slots === undefined ? 0 : (this.#rings[row]?.perSecond(slots, nowUs) ?? 0);
  }
}
