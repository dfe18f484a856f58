import type { HeaderList } from '../../../shared/errors.ts';
import {
  type AnswerFacts,
  type BodyEncoder,
  type ChoiceText,
  joinedSlices,
  segmentSlices,
} from '../../generate/answer-encoder.ts';
import type { Usage } from '../../generate/usage.ts';
import { answerHeaders } from './answer-headers.ts';
import type { AnswerHead } from './chat-response.ts';
import { LOGPROB_LISTS, LogprobLists } from './logprobs.ts';
import { type CompletionExtras, echoOf, type PromptEcho } from './prompt-echo.ts';
import { usageJson } from './usage.ts';

/** What is told of one likely token costs as much as so many tokens of text. */
const LOGPROB_TOKENS = 20;
/** A completion has one segment: its text. */
const TEXT = 0;

/** The body of a completion that is not streamed. */
export class CompletionResponse implements BodyEncoder {
  readonly isStream = false;
  readonly #head: AnswerHead;
  readonly #extras: CompletionExtras;

  constructor(head: AnswerHead, extras: CompletionExtras) {
    this.#head = head;
    this.#extras = extras;
  }

  lengthOf({ completionTokens }: Usage): number {
    const { topLogprobs: top, echoes = [], choicesPerPrompt } = this.#extras;
    let tokens = completionTokens;
    for (const { length } of echoes) tokens += choicesPerPrompt * length;
    return top === undefined ? tokens : tokens * (2 + top) * LOGPROB_TOKENS;
  }

  headers(answer: AnswerFacts): HeaderList {
    return answerHeaders(answer);
  }

  whole(choices: readonly ChoiceText[], usage: Usage): string {
    let body = this.#start();
    for (const [index, choice] of choices.entries()) {
      for (const part of choiceParts(choice, index, this.#extras)) body += part;
    }
    return body + this.#end(usage);
  }

  *slices(choices: readonly ChoiceText[], usage: Usage): Generator<string, void, undefined> {
    yield this.#start();
    for (const [index, choice] of choices.entries()) {
      yield* joinedSlices(choiceParts(choice, index, this.#extras));
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
  extras: CompletionExtras,
): Generator<string, void, undefined> {
  const echo = echoOf(extras, index);
  yield `${index === 0 ? '' : ','}{"index":${index},"text":"`;
  if (echo !== undefined) yield* echo.texts();
  yield* segmentSlices(choice, TEXT);
  yield '","logprobs":';
  if (extras.topLogprobs === undefined) yield 'null';
  else yield* logprobParts(choice, echo, extras.topLogprobs);
  yield `,"finish_reason":"${choice.finishReason}"}`;
}

/** One list of log probabilities after the other, each made anew: none is held for the next. */
function* logprobParts(
  choice: ChoiceText,
  echo: PromptEcho | undefined,
  top: number,
): Generator<string, void, undefined> {
  let start = '{';
  for (const list of LOGPROB_LISTS) {
    yield `${start}"${list}":[`;
    let comma = '';
    for (const entries of entryParts(choice, echo, top, list)) {
      yield comma + entries;
      comma = ',';
    }
    start = '],';
  }
  yield ']}';
}

/** The entries of one list, of a token each. */
function* entryParts(
  choice: ChoiceText,
  echo: PromptEcho | undefined,
  top: number,
  list: (typeof LOGPROB_LISTS)[number],
): Generator<string, void, undefined> {
  const lists = new LogprobLists(top, 0, list);
  for (const token of echo?.tokens() ?? []) {
    lists.addEchoed(token);
    if (lists.length > 0) yield lists.takeList(list);
  }
  const tokens = choice.tokensOf(TEXT);
  for (let at = 0; at < tokens; at++) {
    lists.add(choice.textOf(TEXT, at, at + 1), choice.seed, at);
    yield lists.takeList(list);
  }
}
