/**
 * A growable list of token ids that its caller owns, clears and refills, so that tokenizing a
 * request allocates nothing once the buffer has grown. Ids are unsigned 32-bit integers.
 */
export class TokenBuffer {
  /** Only `ids[0 .. length)` is content. Another array after any call that adds room. */
  ids: Uint32Array;
  length = 0;

  constructor(capacity = 1024) {
    this.ids = new Uint32Array(capacity);
  }

  /**
   * Makes room for `count` more ids, so that a caller may write `ids` directly and set `length`.
   */
  reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.ids.length) return;
    const grown = new Uint32Array(Math.max(this.ids.length * 2, needed));
    grown.set(this.ids.subarray(0, this.length));
    this.ids = grown;
  }

  push(id: number): void {
    if (this.length === this.ids.length) this.reserve(1);
    this.ids[this.length++] = id;
  }

  clear(): void {
    this.length = 0;
  }
}
