import { NO_REQUEST, type RequestId } from '../../shared/ids.ts';

const FIRST_SLOTS = 64;
/** 2^32 over the golden ratio: spreads ids that follow each other. */
const SPREAD = 0x9e3779b1;

/**
 * What is known of each request in flight, by its id: open addressing in two arrays, which keep
 * nothing of what was deleted. The tables that a `Map` of as many comings and goings leaves behind
 * hold on to each other and to the entries that they had, so that nearly every request lives until
 * a full collection, and costs more than all else about it that is collected.
 */
export class RequestTable<T> {
  /** The request in each slot, or `NO_REQUEST`. */
  #ids = new Uint32Array(FIRST_SLOTS);
  #values: (T | undefined)[] = new Array(FIRST_SLOTS).fill(undefined);
  #mask = FIRST_SLOTS - 1;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** `id` may be any word of a message. */
  get(id: number): T | undefined {
    return this.#values[this.#slotOf(id)];
  }

  has(id: number): boolean {
    return this.get(id) !== undefined;
  }

  /** The request must not be there yet. */
  add(id: RequestId, value: T): void {
    if (this.#size * 2 >= this.#ids.length) this.#grow();
    const slot = this.#slotOf(id);
    this.#ids[slot] = id;
    this.#values[slot] = value;
    this.#size++;
  }

  /** Does nothing if it is not there. */
  delete(id: RequestId): void {
    let hole = this.#slotOf(id);
    if (this.#values[hole] === undefined) return;
    const mask = this.#mask;
    // What follows without a gap moves up, unless it would come before the slot that it hashes to.
    for (let at = (hole + 1) & mask; this.#ids[at] !== NO_REQUEST; at = (at + 1) & mask) {
      const home = this.#homeOf(this.#ids[at]!);
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      this.#ids[hole] = this.#ids[at]!;
      this.#values[hole] = this.#values[at];
      hole = at;
    }
    this.#ids[hole] = NO_REQUEST;
    this.#values[hole] = undefined;
    this.#size--;
  }

  /** Those there are, in no order. */
  values(): T[] {
    return this.#values.filter((value) => value !== undefined);
  }

  /** Where a request is, or the free slot where it would be. */
  #slotOf(id: number): number {
    let slot = this.#homeOf(id);
    for (;;) {
      const there = this.#ids[slot]!;
      if (there === id || there === NO_REQUEST) return slot;
      slot = (slot + 1) & this.#mask;
    }
  }

  #homeOf(id: number): number {
    return (Math.imul(id, SPREAD) >>> 8) & this.#mask;
  }

  #grow(): void {
    const ids = this.#ids;
    const values = this.#values;
    const slots = ids.length * 2;
    this.#ids = new Uint32Array(slots);
    this.#values = new Array(slots).fill(undefined);
    this.#mask = slots - 1;
    for (let from = 0; from < ids.length; from++) {
      if (ids[from] === NO_REQUEST) continue;
      const slot = this.#slotOf(ids[from]!);
      this.#ids[slot] = ids[from]!;
      this.#values[slot] = values[from];
    }
  }
}
