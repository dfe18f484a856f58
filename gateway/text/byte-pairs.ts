import type { TokenBuffer } from './token-buffer.ts';

/** A vocabulary by token id: text, or bytes where those are not valid UTF-8. Ids may be missing. */
export type Vocabulary = readonly (string | readonly number[])[];

/** Stands for a pair that is no token, and sorts behind every token. */
const NO_PAIR = 0xffffffff;
/** A heap entry is `id * 2^32 + start`: the lowest id first, and of equal ones the leftmost. */
const START_RANGE = 4294967296;
/** Above every token id. */
const ID_RANGE = 1 << 20;
/** A power of two. */
const KNOWN_PAIRS = 1 << 15;

/**
 * Byte-pair encoding: of all neighbours whose bytes together form a token, the pair with the lowest
 * token id is joined, the leftmost first, until no pair is left. A heap of candidate pairs makes
 * this O(n log n) in the length of a piece; the usual scan for the lowest pair is quadratic and
 * takes seconds for a run of ten thousand letters.
 *
 * Texts are strings of bytes: each character, 0 to 255, is one byte of the UTF-8 form.
 */
export class BytePairs {
  readonly #ids = new Map<string, number>();
  readonly #heap: number[] = [];
  /**
   * The pairs looked up last, `left * ID_RANGE + right`, and what they join to. One slot per hash.
   */
  readonly #knownPair = new Float64Array(KNOWN_PAIRS).fill(-1);
  readonly #knownId = new Uint32Array(KNOWN_PAIRS);
  /** For each part that starts at a byte: where the next and the one before start, and its id. */
  #next = new Uint32Array(64);
  #previous = new Int32Array(64);
  #id = new Uint32Array(64);
  /** For each part, the token that it forms with the next one, or `NO_PAIR`. */
  #pair = new Uint32Array(64);

  constructor(vocabulary: Vocabulary) {
    for (const [id, token] of vocabulary.entries()) {
      if (token === undefined) continue;
      const bytes = (
        typeof token === 'string' ? Buffer.from(token) : Buffer.from([...token])
      ).toString('latin1');
      this.#ids.set(bytes, id);
    }
  }

  /** Appends the ids of one piece of text to `out`. Every single byte must be in the vocabulary. */
  encode(piece: string, out: TokenBuffer): void {
    const id = this.#ids.get(piece);
    if (id !== undefined) out.push(id);
    else this.#merge(piece, out);
  }

  #merge(piece: string, out: TokenBuffer): void {
    const length = piece.length;
    this.#prepare(piece);
    const heap = this.#heap;
    const next = this.#next;
    const previous = this.#previous;
    while (heap.length > 0) {
      const entry = pop(heap);
      const start = entry % START_RANGE;
      const id = (entry - start) / START_RANGE;
      if (this.#pair[start] !== id) continue;
      const joined = next[start]!;
      const end = next[joined]!;
      this.#pair[joined] = NO_PAIR;
      this.#id[start] = id;
      next[start] = end;
      previous[end] = start;
      this.#propose(piece, start);
      if (start > 0) this.#propose(piece, previous[start]!);
    }
    for (let at = 0; at < length; at = next[at]!) out.push(this.#id[at]!);
  }

  /** Cuts the piece into bytes and proposes all pairs of neighbours. */
  #prepare(piece: string): void {
    const length = piece.length;
    if (this.#next.length <= length) {
      this.#next = new Uint32Array(length * 2);
      this.#previous = new Int32Array(length * 2);
      this.#id = new Uint32Array(length * 2);
      this.#pair = new Uint32Array(length * 2);
    }
    for (let at = 0; at < length; at++) {
      this.#next[at] = at + 1;
      this.#previous[at] = at - 1;
      this.#id[at] = this.#ids.get(piece.charAt(at))!;
    }
    for (let at = 0; at < length; at++) this.#propose(piece, at);
  }

  /** Looks up the pair that begins at `start` and puts it on the heap if it is a token. */
  #propose(piece: string, start: number): void {
    const joined = this.#next[start]!;
    let id = NO_PAIR;
    if (joined < piece.length) {
      const pair = this.#id[start]! * ID_RANGE + this.#id[joined]!;
      const slot =
        (Math.imul(this.#id[start]!, 0x9e3779b1) ^ this.#id[joined]!) & (KNOWN_PAIRS - 1);
      if (this.#knownPair[slot] === pair) {
        id = this.#knownId[slot]!;
      } else {
        id = this.#ids.get(piece.slice(start, this.#next[joined]!)) ?? NO_PAIR;
        this.#knownPair[slot] = pair;
        this.#knownId[slot] = id;
      }
    }
    this.#pair[start] = id;
    if (id !== NO_PAIR) push(this.#heap, id * START_RANGE + start);
  }
}

function push(heap: number[], entry: number): void {
  let at = heap.length;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (heap[parent]! <= entry) break;
    heap[at] = heap[parent]!;
    at = parent;
  }
  heap[at] = entry;
}

/** Removes and returns the lowest entry of a heap that is not empty. */
function pop(heap: number[]): number {
  const lowest = heap[0]!;
  const last = heap.pop()!;
  const length = heap.length;
  if (length === 0) return lowest;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= length) break;
    if (child + 1 < length && heap[child + 1]! < heap[child]!) child++;
    if (heap[child]! >= last) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = last;
  return lowest;
}
