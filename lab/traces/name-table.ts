/**
 * A growable map from 63-bit names, as (lo, hi), to numbers from 0 to 2^32 - 1; a name that was
 * never set has 0. Open addressing with linear probing over typed arrays, 12 bytes a slot, at most
 * two of three slots taken. Names are hashes already, so `lo` says where to look.
 */
export class NameTable {
  #mask: number;
  #lo: Uint32Array;
  #hi: Uint32Array;
  #values: Uint32Array;
  #size = 0;

  /** `capacity` is how many names are expected; more may come. */
  constructor(capacity = 1024) {
    const slots = 2 ** Math.ceil(Math.log2(Math.max(8, capacity * 1.5)));
    this.#mask = slots - 1;
    this.#lo = new Uint32Array(slots);
    this.#hi = new Uint32Array(slots);
    this.#values = new Uint32Array(slots);
  }

  /** How many names have a value above 0. */
  get size(): number {
    return this.#size;
  }

  get(lo: number, hi: number): number {
    return this.#values[this.#slotOf(lo, hi)]!;
  }

  /** Sets the value of a name. `value` is above 0: 0 marks a free slot. */
  set(lo: number, hi: number, value: number): void {
    const slot = this.#slotOf(lo, hi);
    if (this.#values[slot] === 0) {
      this.#lo[slot] = lo;
      this.#hi[slot] = hi;
      this.#size++;
    }
    this.#values[slot] = value;
    if (this.#size * 3 > this.#values.length * 2) this.#grow();
  }

  /** All values, in no particular order. */
  *values(): Generator<number> {
    for (const value of this.#values) if (value !== 0) yield value;
  }

  #slotOf(lo: number, hi: number): number {
    let slot = lo & this.#mask;
    while (this.#values[slot] !== 0 && (this.#lo[slot] !== lo || this.#hi[slot] !== hi)) {
      slot = (slot + 1) & this.#mask;
    }
    return slot;
  }

  #grow(): void {
    const lo = this.#lo;
    const hi = this.#hi;
    const values = this.#values;
    const slots = values.length * 2;
    this.#mask = slots - 1;
    this.#lo = new Uint32Array(slots);
    this.#hi = new Uint32Array(slots);
    this.#values = new Uint32Array(slots);
    for (let from = 0; from < values.length; from++) {
      if (values[from] === 0) continue;
      const slot = this.#slotOf(lo[from]!, hi[from]!);
      this.#lo[slot] = lo[from]!;
      this.#hi[slot] = hi[from]!;
      this.#values[slot] = values[from]!;
    }
  }
}
