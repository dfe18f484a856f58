/** What all lists without room share: a typed array of its own costs more than the list. */
const NO_WORDS = new Uint32Array(0);

/** A growable `Uint32Array` that is cleared and refilled, so that a batch allocates nothing. */
export class U32List {
  #items: Uint32Array;
  #length = 0;

  constructor(capacity = 64) {
    this.#items = capacity === 0 ? NO_WORDS : new Uint32Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  /** The items as a view that is valid until the next push. */
  view(): Uint32Array {
    return this.#items.subarray(0, this.#length);
  }

  /** The buffer behind the items, longer than `length`, valid until the next push. */
  get words(): Uint32Array {
    return this.#items;
  }

  /** The item at `index`, which must be below `length`. */
  at(index: number): number {
    return this.#items[index]!;
  }

  clear(): void {
    this.#length = 0;
  }

  push(value: number): void {
    if (this.#length === this.#items.length) this.#grow(1);
    this.#items[this.#length++] = value;
  }

  push2(a: number, b: number): void {
    if (this.#length + 2 > this.#items.length) this.#grow(2);
    const at = this.#length;
    this.#items[at] = a;
    this.#items[at + 1] = b;
    this.#length = at + 2;
  }

  push3(a: number, b: number, c: number): void {
    if (this.#length + 3 > this.#items.length) this.#grow(3);
    const at = this.#length;
    this.#items[at] = a;
    this.#items[at + 1] = b;
    this.#items[at + 2] = c;
    this.#length = at + 3;
  }

  /** Adds a copy of all items of `other`. */
  append(other: U32List): void {
    this.appendWords(other.#items, other.#length);
  }

  /** Adds a copy of the first `length` of `words`. */
  appendWords(words: Uint32Array, length = words.length): void {
    const at = this.#length;
    if (at + length > this.#items.length) this.#grow(length);
    // A loop, since `set` costs more than it saves on the few words that a list usually gets.
    const items = this.#items;
    for (let i = 0; i < length; i++) items[at + i] = words[i]!;
    this.#length = at + length;
  }

  /** Replaces the content by a copy of `words`. */
  assign(words: Uint32Array): void {
    if (words.length > this.#items.length) this.#items = new Uint32Array(words.length * 2);
    this.#items.set(words);
    this.#length = words.length;
  }

  /** Takes over `words` as the content; the caller must not use it any more. */
  adopt(words: Uint32Array): void {
    this.#items = words;
    this.#length = words.length;
  }

  #grow(room: number): void {
    const grown = new Uint32Array(Math.max(this.#items.length * 2, this.#length + room));
    grown.set(this.#items.subarray(0, this.#length));
    this.#items = grown;
  }
}
