import type { HeaderList } from '../../../shared/errors.ts';
import {
  type AnswerFacts,
  type BodyEncoder,
  type ChoiceText,
  joinedSlices,
  segmentSlices,
} from '../../generate/answer-encoder.ts';
import type { Usage } from '../../generate/usage.ts';
import { logprobOf } from '../../text/token-logprobs.ts';
import { answerHeaders } from './answer-headers.ts';
import type { AnswerHead } from './chat-response.ts';
import { codePoints, completionTops } from './logprobs.ts';
import { usageJson } from './usage.ts';

/** What is told of one likely token costs as much as so many tokens of text. */
const LOGPROB_TOKENS = 20;
/** A completion has one segment: its text. */
const TEXT = 0;

/** The body of a completion that is not streamed. */
export class CompletionResponse implements BodyEncoder {
  readonly isStream = false;
  readonly #head: AnswerHead;
  /** Likely tokens that are told for each one; undefined: no log probabilities. */
  readonly #topLogprobs: number | undefined;

  constructor(head: AnswerHead, topLogprobs: number | undefined) {
    this.#head = head;
    this.#topLogprobs = topLogprobs;
  }

  lengthOf({ completionTokens }: Usage): number {
    const top = this.#topLogprobs;
    return top === undefined ? completionTokens : completionTokens * (2 + top) * LOGPROB_TOKENS;
  }

  headers(answer: AnswerFacts): HeaderList {
    return answerHeaders(answer);
  }

  whole(choices: readonly ChoiceText[], usage: Usage): string {
    let body = this.#start();
    for (const [index, choice] of choices.entries()) {
      for (const part of choiceParts(choice, index, this.#topLogprobs)) body += part;
    }
    return body + this.#end(usage);
  }

  *slices(choices: readonly ChoiceText[], usage: Usage): Generator<string, void, undefined> {
    yield this.#start();
    for (const [index, choice] of choices.entries()) {
      yield* joinedSlices(choiceParts(choice, index, this.#topLogprobs));
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

function* choiceParts(
  choice: ChoiceText,
  index: number,
  top: number | undefined,
): Generator<string, void, undefined> {
  yield `${index === 0 ? '' : ','}{"index":${index},"text":"`;
  yield* segmentSlices(choice, TEXT);
  yield '","logprobs":';
  if (top === undefined) yield 'null';
  else yield* logprobParts(choice, top);
  yield `,"finish_reason":"${choice.finishReason}"}`;
}

/** The four lists of log probabilities, one after the other: nothing is held for the next one. */
function* logprobParts(choice: ChoiceText, top: number): Generator<string, void, undefined> {
  const { seed } = choice;
  let offset = 0;
  yield '{"tokens":';
  yield* list(choice, (text) => `"${text}"`);
  yield ',"token_logprobs":';
  yield* list(choice, (_text, at) => String(logprobOf(seed, at)));
  yield ',"top_logprobs":';
  yield* list(choice, (text, at) => completionTops(text, seed, at, top));
  yield ',"text_offset":';
  yield* list(choice, (text) => {
    const before = offset;
    offset += codePoints(text);
    return String(before);
  });
  yield '}';
}

/** A JSON array with what `itemOf` says of each token. */
function* list(
  choice: ChoiceText,
  itemOf: (text: string, at: number) => string,
): Generator<string, void, undefined> {
  const tokens = choice.tokensOf(TEXT);
  yield '[';
  for (let at = 0; at < tokens; at++) {
    const item = itemOf(choice.textOf(TEXT, at, at + 1), at);
    yield at === 0 ? item : `,${item}`;
  }
  yield ']';
}
