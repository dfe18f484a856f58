import type { TokenBuffer } from '../text/token-buffer.ts';
import type { ImageCost } from './media-tokens.ts';
import type { Prompt, PromptTokenizer } from './prompt.ts';

/** A text as it stands, without a template around it. */
export class TextPrompt implements Prompt {
  readonly isRemembered = false;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  get length(): number {
    return this.#text.length;
  }

  render(_imageCost: ImageCost, tokenizer: PromptTokenizer, out: TokenBuffer): number {
    tokenizer.encode(this.#text, out);
    return 0;
  }
}

/** Token ids as they were sent: unsigned 32-bit integers. */
export class TokenPrompt implements Prompt {
  readonly isRemembered = false;
  readonly #ids: readonly number[];

  constructor(ids: readonly number[]) {
    this.#ids = ids;
  }

  get length(): number {
    return this.#ids.length;
  }

  render(_imageCost: ImageCost, _tokenizer: PromptTokenizer, out: TokenBuffer): number {
    out.reserve(Math.min(this.#ids.length, out.limit + 1));
    for (const id of this.#ids) {
      if (out.isFull) break;
      out.push(id);
    }
    return 0;
  }
}
