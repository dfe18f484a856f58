/** No window is larger than this. */
const TOKENS_MAX = 2 ** 24;
const KEPT_IDS_MAX = 2 ** 20;
const FIRST_ROOM = 1024;
/** For so few ids `set` costs more than it saves. */
const COPIED_ONE_BY_ONE = 32;

/**
 * A growable list of token ids that its caller owns, clears and refills, so that tokenizing a
 * request allocates nothing once the buffer has grown. Ids are unsigned 32-bit integers.
 */
export class TokenBuffer {
  /** Ids beyond this number are not wanted: whoever appends may stop there, and adds few more. */
  limit = TOKENS_MAX;
  /** Only `ids[0 .. length)` is content. Another array after any call that adds room. */
  ids: Uint32Array;
  length = 0;

  constructor(capacity = FIRST_ROOM) {
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

  /** Adds the first `length` of `ids`. */
  append(ids: Uint32Array, length: number): void {
    this.reserve(length);
    if (length > COPIED_ONE_BY_ONE) this.ids.set(ids.subarray(0, length), this.length);
    else for (let at = 0; at < length; at++) this.ids[this.length + at] = ids[at] ?? 0;
    this.length += length;
  }

  /** Whether there are more ids than are wanted. */
  get isFull(): boolean {
    return this.length > this.limit;
  }

  /** Room for a usual prompt is kept. */
  clear(): void {
    this.length = 0;
    if (this.ids.length > KEPT_IDS_MAX) this.ids = new Uint32Array(FIRST_ROOM);
  }
}
