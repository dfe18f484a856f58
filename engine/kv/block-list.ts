/** Stands where there is no block. */
export const NO_BLOCK = -1;

const FIRST_CAPACITY = 16;
/** Blocks for which a cleared list keeps the room. */
const KEPT_CAPACITY = 1024;

/** The blocks of one sequence in order: a growable `Int32Array` that is cleared and used again. */
export class BlockList {
  #items: Int32Array;
  #length = 0;

  constructor(capacity = FIRST_CAPACITY) {
    this.#items = new Int32Array(capacity);
  }

  /** Blocks for which there is room without another array. */
  get capacity(): number {
    return this.#items.length;
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

  /** Keeps the room of an ordinary sequence: a list outlives many, some a thousand times longer. */
  clear(): void {
    this.#length = 0;
    if (this.#items.length > KEPT_CAPACITY) this.#items = new Int32Array(FIRST_CAPACITY);
  }

  #grow(): void {
    const grown = new Int32Array(Math.max(FIRST_CAPACITY, this.#items.length * 2));
    grown.set(this.#items);
    this.#items = grown;
  }
}
