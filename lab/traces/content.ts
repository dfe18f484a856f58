import { HASH_WORDS, hashBlocks, hashRoot } from '../../shared/block-hash.ts';
import { hashText, mix32 } from '../../shared/rng.ts';

/**
 * What the tokens of a request are, without the tokens: segments, each with a name and the position
 * at which it ends. A name stands for everything from the first token of the request to the end of
 * its segment, so (name, position) names a whole prefix. Two requests share a prefix exactly as far
 * as their names agree, the hash of a block follows from its last position alone, and any block
 * size fits. A conversation is one name that grows: a later turn's prompt holds the earlier answer
 * under the very positions at which it was generated.
 */

/** Words per segment in a list of them: name (lo, hi), then the position after its last token. */
export const SEGMENT_WORDS = 3;

/** No request is longer: positions and sums of two of them fit 31 bits. */
export const MAX_CONTENT_TOKENS = 1 << 29;

/** Keeps the names of one kind of thing apart from those of every other kind. */
export interface NameSpace {
  readonly lo: number;
  readonly hi: number;
}

/** The name space of a kind of thing, for example `nameSpace('session')`. */
export function nameSpace(kind: string): NameSpace {
  return hashRoot(hashText(kind));
}

const BLOCKS = nameSpace('blocks');

/** What the position of a block's end adds to a name in the two words of its hash. */
const POSITION_LO = 0x9e3779b1;
const POSITION_HI = 0x85ebca77;

/** The segments of one request, prompt and answer. Reused: `clear` and refill. */
export class Content {
  #words = new Uint32Array(32 * SEGMENT_WORDS);
  #length = 0;
  #chain = new Uint32Array(0);

  /** Position after the last token. */
  get tokens(): number {
    return this.#length === 0 ? 0 : this.#words[this.#length - 1]!;
  }

  /** The segments as words, valid until the next change. */
  view(): Uint32Array {
    return this.#words.subarray(0, this.#length);
  }

  clear(): void {
    this.#length = 0;
  }

  /** Replaces the content by a copy of the segments in `words[from .. to)`. */
  assign(words: Uint32Array, from = 0, to = words.length): void {
    this.#length = 0;
    this.#reserve(to - from);
    // A loop, since `set` wants a view, which costs more than the few words of a request.
    const own = this.#words;
    for (let at = from; at < to; at++) own[at - from] = words[at]!;
    this.#length = to - from;
  }

  /** Extends the content to `end` tokens under a name. Does nothing if it is that long already. */
  extend(nameLo: number, nameHi: number, end: number): void {
    if (end <= this.tokens) return;
    this.#reserve(SEGMENT_WORDS);
    const words = this.#words;
    const at = this.#length;
    words[at] = nameLo;
    words[at + 1] = nameHi;
    words[at + 2] = end;
    const continues = at > 0 && words[at] === words[at - 3] && words[at + 1] === words[at - 2];
    if (continues) words[at - 1] = end;
    else this.#length = at + SEGMENT_WORDS;
  }

  /**
   * The same under the name of the thing with number `index` of its kind, or of one of several
   * versions of it, which part at different positions.
   */
  extendNamed(kind: NameSpace, index: number, end: number, version = 0): void {
    this.extend(mix32(index ^ kind.lo), mix32(mix32(index + kind.hi) + version), end);
  }

  /** Cuts the content off at `tokens` tokens. Does nothing if it is no longer than that. */
  cut(tokens: number): void {
    while (this.tokens > tokens) {
      const start = this.#length === SEGMENT_WORDS ? 0 : this.#words[this.#length - 4]!;
      if (start < tokens) this.#words[this.#length - 1] = tokens;
      else this.#length -= SEGMENT_WORDS;
    }
  }

  /**
   * Makes the content from the ids of its blocks of `blockTokens` tokens, the last one cut off at
   * `end`. `ids` holds (lo, hi) pairs. The ids are chained into names, so it does not matter
   * whether an id stands for its block alone or for the whole prefix.
   */
  assignBlocks(ids: Uint32Array, count: number, blockTokens: number, end: number): void {
    this.clear();
    if (this.#chain.length < count * HASH_WORDS) {
      this.#chain = new Uint32Array(count * HASH_WORDS * 2);
    }
    hashBlocks(ids, count * HASH_WORDS, HASH_WORDS, BLOCKS, this.#chain);
    for (let block = 0; block < count; block++) {
      const lo = this.#chain[block * HASH_WORDS]!;
      const hi = this.#chain[block * HASH_WORDS + 1]!;
      this.extend(lo, hi, Math.min((block + 1) * blockTokens, end));
    }
  }

  /**
   * Makes the content from the chained hashes of its first `count` blocks, (lo, hi) pairs, as
   * `writeHashes` gives them or would: for that block size it gives the very same again.
   */
  assignHashes(hashes: Uint32Array, count: number, blockSize: number): void {
    this.clear();
    for (let block = 0; block < count; block++) {
      const end = (block + 1) * blockSize;
      const lo = hashes[block * HASH_WORDS]!;
      const hi = hashes[block * HASH_WORDS + 1]!;
      const nameLo = unmix32(lo) - Math.imul(end, POSITION_LO);
      const nameHi = (unmix32(hi) - Math.imul(end, POSITION_HI)) ^ lo;
      this.extend(nameLo, nameHi, end);
    }
  }

  /**
   * Writes the hashes of the full blocks to `out` as (lo, hi) pairs, which must have room for
   * `floor(tokens / blockSize)` of them, and returns their number. Equal hash means equal prefix.
   * The prompt's full blocks come first; a block that holds the end of the prompt and the start of
   * the answer follows them, then the answer's. Costs a few nanoseconds a block, nothing a token.
   */
  writeHashes(blockSize: number, out: Uint32Array): number {
    const words = this.#words;
    const length = this.#length;
    let end = blockSize;
    let at = 0;
    for (let segment = 0; segment < length; segment += SEGMENT_WORDS) {
      const nameLo = words[segment]!;
      const nameHi = words[segment + 1]!;
      const segmentEnd = words[segment + 2]!;
      for (; end <= segmentEnd; end += blockSize) {
        const lo = mix32(nameLo + Math.imul(end, POSITION_LO));
        out[at] = lo;
        out[at + 1] = mix32((nameHi ^ lo) + Math.imul(end, POSITION_HI)) & 0x7fffffff;
        at += HASH_WORDS;
      }
    }
    return at / HASH_WORDS;
  }

  #reserve(room: number): void {
    if (this.#length + room <= this.#words.length) return;
    const grown = new Uint32Array(Math.max(this.#words.length * 2, this.#length + room));
    grown.set(this.#words.subarray(0, this.#length));
    this.#words = grown;
  }
}

/** The number that `mix32` makes `mixed` of; its steps undone in reverse. */
function unmix32(mixed: number): number {
  let h = Math.imul(mixed ^ (mixed >>> 16), 0x7ed1b41d);
  h = Math.imul(h ^ (h >>> 13) ^ (h >>> 26), 0xa5cb9243);
  return (h ^ (h >>> 16)) >>> 0;
}
