import { assert } from '../../shared/assert.ts';
import { BytePairs, type Vocabulary } from './byte-pairs.ts';
import { inParts, partEnd } from './text-parts.ts';
import { TokenBuffer } from './token-buffer.ts';
import type { Piece, Tokenizer } from './tokenizer.ts';

/** Random letters, the slowest, take some 0.5 us each. */
const PART_LENGTH = 4096;
const NOT_ASCII = /[^\0-\x7f]/;

let loaded: O200kTokenizer | undefined;

/** Loads the vocabulary once. It takes tens of megabytes, so nothing imports it at start. */
export async function loadO200k(): Promise<O200kTokenizer> {
  const [vocabulary, constants] = await Promise.all([
    import('gpt-tokenizer/bpeRanks/o200k_base'),
    import('gpt-tokenizer/encodingParams/constants'),
  ]);
  loaded ??= new O200kTokenizer(vocabulary.default, constants.O200K_TOKEN_SPLIT_REGEX);
  return loaded;
}

/** The tokenizer, once `loadO200k` has been awaited. */
export function loadedO200k(): O200kTokenizer {
  assert(loaded !== undefined, 'o200k is loaded before it is used');
  return loaded;
}

/**
 * The tokenizer of GPT-4o and later models (o200k_base). User text is data: what looks like a
 * special token is encoded as the characters it is made of.
 */
class O200kTokenizer implements Tokenizer {
  readonly kind = 'o200k';
  readonly partLength = PART_LENGTH;
  readonly #vocabulary: Vocabulary;
  readonly #pieces: RegExp;
  readonly #pairs: BytePairs;
  readonly #counted = new TokenBuffer();

  constructor(vocabulary: Vocabulary, pieces: RegExp) {
    this.#vocabulary = vocabulary;
    this.#pieces = pieces;
    this.#pairs = new BytePairs(vocabulary);
  }

  encode(text: string, out: TokenBuffer): void {
    if (text.length <= PART_LENGTH) this.#encodePart(text, out);
    else inParts(text, PART_LENGTH, out, (part) => this.#encodePart(part, out));
  }

  #encodePart(text: string, out: TokenBuffer): void {
    const ascii = !NOT_ASCII.test(text);
    for (const [piece] of text.matchAll(this.#pieces)) {
      this.#pairs.encode(ascii ? piece : Buffer.from(piece).toString('latin1'), out);
      if (out.isFull) return;
    }
  }

  encodeWithEnds(text: string, out: TokenBuffer, ends: TokenBuffer): void {
    const first = out.length;
    this.encode(text, out);
    let bytes = 0;
    let whole = 0;
    let end = 0;
    for (let at = first; at < out.length; at++) {
      bytes += this.#bytesOf(out.ids[at] ?? 0);
      while (end < text.length) {
        const point = text.codePointAt(end) ?? 0;
        if (whole + utf8Length(point) > bytes) break;
        whole += utf8Length(point);
        end += point > 0xffff ? 2 : 1;
      }
      ends.push(end);
    }
  }

  #bytesOf(id: number): number {
    const token = this.#vocabulary[id] ?? '';
    return typeof token === 'string' ? Buffer.byteLength(token) : token.length;
  }

  count(text: string): number {
    this.#counted.clear();
    this.encode(text, this.#counted);
    return this.#counted.length;
  }

  *pieces(text: string): Generator<Piece, void, undefined> {
    const part = new TokenBuffer();
    for (let at = 0; at < text.length; ) {
      const end = partEnd(text, at, PART_LENGTH);
      part.clear();
      this.#encodePart(text.slice(at, end), part);
      for (const id of part.ids.subarray(0, part.length)) yield this.pieceOf(id) ?? '';
      at = end;
    }
  }

  pieceOf(id: number): Piece | undefined {
    const token = this.#vocabulary[id];
    return token === undefined || typeof token === 'string' ? token : Uint8Array.from(token);
  }

  /** The text of the ids. Bytes and ids that are not part of any text become U+FFFD. */
  decode(ids: Uint32Array): string {
    const parts: Uint8Array[] = [];
    for (const id of ids) {
      const token = this.#vocabulary[id] ?? '\ufffd';
      parts.push(typeof token === 'string' ? Buffer.from(token) : Uint8Array.from(token));
    }
    return Buffer.concat(parts).toString();
  }
}

/** Bytes of a code point in UTF-8; half of a pair is written as U+FFFD, in three. */
function utf8Length(point: number): number {
  if (point < 0x80) return 1;
  if (point < 0x800) return 2;
  return point > 0xffff ? 4 : 3;
}
