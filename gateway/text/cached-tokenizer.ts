import { LRUCache } from 'lru-cache';
import { inParts } from './text-parts.ts';
import type { TokenBuffer } from './token-buffer.ts';
import type { Piece, Tokenizer, TokenizerKind } from './tokenizer.ts';

/** What all entries may take together, in bytes, however many there may be. */
const BYTES_MAX = 32 * 2 ** 20;
/** What an entry takes besides its text and its ids. */
const ENTRY_BYTES = 200;

/**
 * Remembers the ids of the texts that it saw last, of a long text those of its parts. Worth its
 * look-up in front of a tokenizer as slow as byte pair encoding, not in front of the simple one.
 */
export class CachedTokenizer implements Tokenizer {
  readonly kind: TokenizerKind;
  readonly partLength: number;
  readonly #tokenizer: Tokenizer;
  readonly #ids: LRUCache<string, Uint32Array>;

  /** Keeps `size` texts, at least 1. */
  constructor(tokenizer: Tokenizer, size: number) {
    this.kind = tokenizer.kind;
    this.partLength = tokenizer.partLength;
    this.#tokenizer = tokenizer;
    this.#ids = new LRUCache({
      max: size,
      maxSize: BYTES_MAX,
      sizeCalculation: (ids, text) => ENTRY_BYTES + 2 * text.length + ids.byteLength,
    });
  }

  /** Bytes that the entries take. */
  get bytes(): number {
    return this.#ids.calculatedSize;
  }

  encode(text: string, out: TokenBuffer): void {
    if (text.length <= this.partLength) this.#encodePart(text, out);
    else inParts(text, this.partLength, out, (part) => this.#encodePart(part, out));
  }

  encodeWithEnds(text: string, out: TokenBuffer, ends: TokenBuffer): void {
    this.#tokenizer.encodeWithEnds(text, out, ends);
  }

  count(text: string): number {
    return this.#tokenizer.count(text);
  }

  pieces(text: string): Iterable<Piece> {
    return this.#tokenizer.pieces(text);
  }

  pieceOf(id: number): Piece | undefined {
    return this.#tokenizer.pieceOf(id);
  }

  #encodePart(text: string, out: TokenBuffer): void {
    const known = this.#ids.get(text);
    if (known !== undefined) {
      out.append(known, known.length);
      return;
    }
    const start = out.length;
    this.#tokenizer.encode(text, out);
    // Of a text that did not have to be encoded to its end, not all ids are known.
    if (!out.isFull) this.#ids.set(text, out.ids.slice(start, out.length));
  }
}
