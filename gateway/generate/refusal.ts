import { GivenText } from '../text/given-text.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import type { AnswerContent, AnswerPart } from './answer-content.ts';

const TEXT = "I'm sorry, but I can't help with that.";

/** Every answer is a refusal: as such, or as text where an endpoint has no other place for it. */
export class Refusal implements AnswerContent {
  readonly naturalEnd = 'stop';
  readonly #kind: 'refusal' | 'text';

  constructor(kind: 'refusal' | 'text') {
    this.#kind = kind;
  }

  partsOf(_seed: number, _limit: number, tokenizer: Tokenizer): readonly AnswerPart[] {
    return [{ kind: this.#kind, text: new GivenText(TEXT, tokenizer) }];
  }
}
