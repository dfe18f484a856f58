import type { HeaderList } from '../../../shared/errors.ts';
import type { AnswerFacts, BodyEncoder, ChoiceText } from '../../generate/answer-encoder.ts';
import type { Usage } from '../../generate/usage.ts';
import { answerHeaders } from '../openai/answer-headers.ts';
import { type ResponseHead, wholeResponse } from './response-parts.ts';

/** Is told of an answer that has ended. */
export type KeepAnswer = (choice: ChoiceText, usage: Usage) => void;

/** The body of a response that is not streamed. */
export class ResponseObject implements BodyEncoder {
  readonly isStream = false;
  readonly #head: ResponseHead;
  readonly #keep: KeepAnswer;

  constructor(head: ResponseHead, keep: KeepAnswer) {
    this.#head = head;
    this.#keep = keep;
  }

  headers(answer: AnswerFacts): HeaderList {
    return answerHeaders(answer);
  }

  whole(choices: readonly ChoiceText[], usage: Usage): string {
    return [...this.slices(choices, usage)].join('');
  }

  *slices(choices: readonly ChoiceText[], usage: Usage): Generator<string, void, undefined> {
    for (const choice of choices) {
      this.#keep(choice, usage);
      yield* wholeResponse(this.#head, choice, usage);
    }
  }
}
