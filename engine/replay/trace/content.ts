import { HASH_WORDS, hashRoot } from '../../../shared/block-hash.ts';
import { mix32 } from '../../../shared/rng.ts';
import { U32List } from '../../../shared/u32-list.ts';

/**
 * What the tokens of a request are, without the tokens: segments, each with a name and the position
 * at which it ends. A name stands for everything from the first token of the request to the end of
 * its segment, so (name, position) names a whole prefix. Two requests share a prefix exactly as far
 * as their names agree, the hash of a block follows from its last position alone, and any block size
 * fits. A conversation is one name that grows: a later turn's prompt holds the earlier answer under
 * the very positions at which it was generated.
 */

/** Words per segment in a list of segments: name (lo, hi), then the position after its last token. */
export const SEGMENT_WORDS = 3;

/** The segments of one request, prompt and answer. Reused: `clear` and refill. */
export class Content {
  readonly #words = new U32List();
  #tokens = 0;

  /** Position after the last token. */
  get tokens(): number {
    return this.#tokens;
  }

  /** The segments as words, valid until the next change. */
  view(): Uint32Array {
    return this.#words.view();
  }

  clear(): void {
    this.#words.clear();
    this.#tokens = 0;
  }

  /** Extends the content to `end` tokens under `name`. Does nothing if it is that long already. */
  extend(nameLo: number, nameHi: number, end: number): void {
    if (end <= this.#tokens) return;
    this.#words.push3(nameLo, nameHi, end);
    this.#tokens = end;
  }

  /** The same with a name made of a small number: `index` of what `space` counts. */
  extendNamed(space: NameSpace, index: number, end: number): void {
    this.extend(mix32(index ^ space.lo), mix32(index + space.hi), end);
  }

  /** Replaces the content by the segments in `words`, for example a slice of a table's column. */
  assign(words: Uint32Array): void {
    this.#words.assign(words);
    this.#tokens = words.length === 0 ? 0 : words[words.length - 1]!;
  }
}

/** Keeps the names of one kind of thing apart from those of every other kind. */
export interface NameSpace {
  readonly lo: number;
  readonly hi: number;
}

/** The name space with the given seed, for example `hashText('session')`. */
export function nameSpace(seed: number): NameSpace {
  return hashRoot(seed);
}

/**
 * Writes the hashes of the full blocks of `content` to `out` as (lo, hi) pairs, which must have room
 * for `floor(content.tokens / blockSize)` of them, and returns their number. Equal hash means equal
 * prefix. Prompt blocks come first; a block that holds the end of the prompt and the start of the
 * answer counts as the answer's. Costs a few nanoseconds a block, nothing a token.
 */
export function writeHashes(content: Content, blockSize: number, out: Uint32Array): number {
  const words = content.view();
  let end = blockSize;
  let at = 0;
  for (let segment = 0; segment < words.length; segment += SEGMENT_WORDS) {
    const segmentEnd = words[segment + 2]!;
    const nameLo = words[segment]!;
    const nameHi = words[segment + 1]!;
    for (; end <= segmentEnd; end += blockSize) {
      const lo = mix32(nameLo + Math.imul(end, 0x9e3779b1));
      out[at] = lo;
      out[at + 1] = mix32((nameHi ^ lo) + Math.imul(end, 0x85ebca77)) & 0x7fffffff;
      at += HASH_WORDS;
    }
  }
  return at / HASH_WORDS;
}
