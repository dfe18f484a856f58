import type { TokenBuffer } from './token-buffer.ts';

/** The tokenizers that prompts can be counted with. */
export type TokenizerKind = 'simple' | 'o200k';

/** What a token stands for: text, or bytes where those are no text by themselves. */
export type Piece = string | Uint8Array;

/** Turns text into token ids: unsigned 32-bit integers that are equal for equal pieces of text. */
export interface Tokenizer {
  readonly kind: TokenizerKind;
  /** Characters of a text that are encoded at once: what takes some milliseconds at most. */
  readonly partLength: number;
  /** Appends the ids of `text` to `out`, or as many as fill it. */
  encode(text: string, out: TokenBuffer): void;
  /**
   * The same, and where each of these tokens ends in `text` is appended to `ends`, in UTF-16 units:
   * at the end of the last character that is whole with it. White space that is no token stands
   * before the next one.
   */
  encodeWithEnds(text: string, out: TokenBuffer, ends: TokenBuffer): void;
  /** How many ids `encode` would append. */
  count(text: string): number;
  /** What each token of `text` stands for: joined they are `text`. */
  pieces(text: string): Iterable<Piece>;
  /** What a token id stands for; undefined where it does not tell. */
  pieceOf(id: number): Piece | undefined;
}
