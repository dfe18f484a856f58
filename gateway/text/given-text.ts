import { TokenBuffer } from './token-buffer.ts';
import type { TokenText } from './token-text.ts';
import type { Tokenizer, TokenizerKind } from './tokenizer.ts';

/** A token of white space alone, or of no text at all: above every vocabulary. */
const BLANK_ID = 0xffff_ff20;
/** Characters of a piece: those of the longest token of o200k_base. */
const PIECE_LENGTH_MAX = 128;
/** Two of them as the inside of a JSON string, at most: each character as `\\u0000`. */
export const TWO_PIECES_LENGTH_MAX = 2 * 6 * PIECE_LENGTH_MAX;

/**
 * A text that somebody has given, token by token as the server's tokenizer cuts it: its pieces make
 * up the text byte for byte, white space that is free goes with what follows it. The ids are those
 * of the text, so that a next turn which repeats it finds its blocks: but for a run of more than
 * 128 blanks, which is tokens of its own here, since none has a longer text. Shared by all readers.
 */
export class GivenText implements TokenText {
  readonly isPlain = false;
  readonly tokens: number;
  readonly #text: string;
  readonly #ids: Uint32Array;
  /** Where each token ends in the text. */
  readonly #ends: Uint32Array;

  /** `silent` is said before the text: it has tokens of its own, whose pieces are empty. */
  constructor(text: string, tokenizer: Tokenizer, silent = '') {
    const found = new TokenBuffer(64);
    const foundEnds = new TokenBuffer(64);
    if (silent !== '') {
      tokenizer.encode(silent, found);
      for (let at = 0; at < found.length; at++) foundEnds.push(0);
    }
    if (text !== '') tokenizer.encodeWithEnds(text, found, foundEnds);
    // White space at the end of the text belongs to the last token.
    if (found.length > 0) foundEnds.ids[found.length - 1] = text.length;
    const ids = new TokenBuffer(found.length + 1);
    const ends = new TokenBuffer(found.length + 1);
    let start = 0;
    const blanksUpTo = (end: number): void => {
      while (end - start > PIECE_LENGTH_MAX) {
        start += PIECE_LENGTH_MAX;
        ids.push(BLANK_ID);
        ends.push(start);
      }
    };
    for (let at = 0; at < found.length; at++) {
      const end = foundEnds.ids[at] ?? 0;
      blanksUpTo(end);
      ids.push(found.ids[at] ?? 0);
      ends.push(end);
      start = end;
    }
    blanksUpTo(text.length);
    if (ids.length === 0 || start < text.length) {
      ids.push(BLANK_ID);
      ends.push(text.length);
    }
    this.tokens = ids.length;
    this.#text = text;
    this.#ids = ids.ids.slice(0, ids.length);
    this.#ends = ends.ids.slice(0, ends.length);
  }

  text(from: number, to: number): string {
    const start = Math.max(from, 0);
    const end = Math.min(to, this.tokens);
    return start < end ? this.#text.slice(this.#endOf(start - 1), this.#endOf(end - 1)) : '';
  }

  piece(index: number): string {
    return this.#text.slice(this.#endOf(index - 1), this.#endOf(index));
  }

  appendIds(out: TokenBuffer, _kind: TokenizerKind, from: number, to: number): void {
    if (from >= to) return;
    const ids = this.#ids.subarray(from, to);
    out.append(ids, ids.length);
  }

  #endOf(token: number): number {
    return this.#ends[token] ?? 0;
  }
}

/** Outside of printable ASCII, or with a meaning of its own inside a JSON string. */
const ESCAPED = /[^\x20-\x7e]|["\\]/;
const NOT_ASCII = /[\x7f-\uffff]/g;

/** A text as the inside of a JSON string, in ASCII: an event of it has a byte for a character. */
export function insideOfJson(text: string): string {
  if (!ESCAPED.test(text)) return text;
  return JSON.stringify(text)
    .slice(1, -1)
    .replace(NOT_ASCII, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
