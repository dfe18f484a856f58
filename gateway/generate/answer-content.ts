import type { GivenText } from '../text/given-text.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import type { FinishReason } from './finish.ts';
import type { CallHead } from './segment.ts';

/** A part of an answer that is not text of the corpus. */
export interface AnswerPart {
  readonly kind: 'text' | 'refusal' | 'call';
  /** Of a call its arguments, with its name before them, which says nothing. */
  readonly text: GivenText;
  readonly call?: CallHead;
}

/** What answers are made of that are not text of the corpus. */
export interface AnswerContent {
  /** What an answer ends with that comes to its end. */
  readonly naturalEnd: FinishReason;
  /**
   * The parts of one answer, in order, at least one; of kind `text` there is one at most. They
   * follow from `seed`, 32 bits. There is room for `limit` tokens: what is longer is cut.
   */
  partsOf(seed: number, limit: number, tokenizer: Tokenizer): readonly AnswerPart[];
}
