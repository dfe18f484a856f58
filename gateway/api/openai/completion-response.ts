import type { HeaderList } from '../../../shared/errors.ts';
import {
  type AnswerFacts,
  type BodyEncoder,
  type ChoiceText,
  SLICE_TOKENS,
  segmentSlices,
} from '../../generate/answer-encoder.ts';
import type { Usage } from '../../generate/usage.ts';
import { answerHeaders } from './answer-headers.ts';
import type { AnswerHead } from './chat-response.ts';
import { usageJson } from './usage.ts';

/** A completion has one segment: its text. */
const TEXT = 0;

/** The body of a completion that is not streamed. */
export class CompletionResponse implements BodyEncoder {
  readonly isStream = false;
  readonly #head: AnswerHead;

  constructor(head: AnswerHead) {
    this.#head = head;
  }

  headers(answer: AnswerFacts): HeaderList {
    return answerHeaders(answer);
  }

  whole(choices: readonly ChoiceText[], usage: Usage): string {
    let body = this.#start();
    for (const [index, choice] of choices.entries()) body += wholeChoice(choice, index);
    return body + this.#end(usage);
  }

  *slices(choices: readonly ChoiceText[], usage: Usage): Generator<string, void, undefined> {
    yield this.#start();
    for (const [index, choice] of choices.entries()) {
      if (choice.tokensOf(TEXT) <= SLICE_TOKENS / 2) yield wholeChoice(choice, index);
      else {
        yield choiceStart(index);
        yield* segmentSlices(choice, TEXT);
        yield choiceEnd(choice);
      }
    }
    yield this.#end(usage);
  }

  #start(): string {
    const { id, createdS, modelJson } = this.#head;
    return (
      `{"id":"${id}","object":"text_completion","created":${createdS}` +
      `,"model":${modelJson},"choices":[`
    );
  }

  #end(usage: Usage): string {
    return `],"usage":${usageJson(usage)},"system_fingerprint":"${this.#head.fingerprint}"}`;
  }
}

function wholeChoice(choice: ChoiceText, index: number): string {
  return choiceStart(index) + choice.textOf(TEXT, 0, choice.tokensOf(TEXT)) + choiceEnd(choice);
}

function choiceStart(index: number): string {
  return `${index === 0 ? '' : ','}{"index":${index},"text":"`;
}

function choiceEnd({ finishReason }: ChoiceText): string {
  return `","logprobs":null,"finish_reason":"${finishReason}"}`;
}
