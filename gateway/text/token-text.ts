import type { TokenBuffer } from './token-buffer.ts';
import type { TokenizerKind } from './tokenizer.ts';

/** A text that is made of tokens and can be read from any of them on. Readers are cheap to make. */
export interface TokenText {
  readonly tokens: number;
  /** Its pieces stand for themselves inside a JSON string: nothing in them has to be escaped. */
  readonly isPlain: boolean;
  /** The pieces `from` to `to - 1`, joined; both are cut to 0 .. `tokens`. */
  text(from: number, to: number): string;
  /** The text of token `index`, which is 0 .. `tokens` - 1; empty for one that says nothing. */
  piece(index: number): string;
  /** Appends the ids of the tokens `from` to `to - 1`: those that `kind` gives to their text. */
  appendIds(out: TokenBuffer, kind: TokenizerKind, from: number, to: number): void;
}
