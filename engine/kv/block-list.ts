/** Stands where there is no block. */
export const NO_BLOCK = -1;

/** The blocks of one sequence in order: a growable `Int32Array` that is cleared and used again. */
export class BlockList {
  #items: Int32Array;
  #length = 0;

  constructor(capacity = 16) {
    this.#items = new Int32Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  /** The block at `index`, which must be below `length`. */
  at(index: number): number {
    return this.#items[index]!;
  }

  /** Replaces the block at `index`, which must be below `length`. */
  set(index: number, block: number): void {
    this.#items[index] = block;
  }

  push(block: number): void {
    if (this.#length === this.#items.length) this.#grow();
    this.#items[this.#length++] = block;
  }

  clear(): void {
    this.#length = 0;
  }

  #grow(): void {
    const grown = new Int32Array(Math.max(16, this.#items.length * 2));
    grown.set(this.#items);
    this.#items = grown;
  }
}
