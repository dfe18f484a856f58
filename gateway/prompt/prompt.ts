import type { TokenBuffer } from '../text/token-buffer.ts';
import type { ImageCost } from './media-tokens.ts';

/** What a prompt needs of a tokenizer. It may stop once `out` is full. */
export interface PromptTokenizer {
  encode(text: string, out: TokenBuffer): void;
}

/** What is to be answered, before it is tokens. */
export interface Prompt {
  /** The characters and ids in it, which it costs to read; `Infinity` where nobody has counted. */
  readonly length: number;
  /** The prompt cache remembers it. */
  readonly isRemembered: boolean;
  /**
   * Appends its ids to `out`, and stops when that is full. Returns how many of them are audio. The
   * tokenizer is told of all text, which it may encode later.
   */
  render(imageCost: ImageCost, tokenizer: PromptTokenizer, out: TokenBuffer): number;
}
