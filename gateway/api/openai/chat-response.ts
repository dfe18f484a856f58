import { type Usage, usageJson } from './usage.ts';

/** Why an answer ended. */
export type FinishReason = 'stop' | 'length' | 'content_filter';

/**
 * One answer of a completion, whose text can be had in slices. Texts are the inside of a JSON
 * string: text of the corpus stands for itself, any other has to be escaped first.
 */
export interface ChoiceText {
  readonly finishReason: FinishReason;
  readonly contentTokens: number;
  /** 0 where the model does not reason. */
  readonly reasoningTokens: number;
  /** Text of the tokens `from` to `to - 1`. */
  contentText(from: number, to: number): string;
  reasoningText(from: number, to: number): string;
}

/** What all chunks and the whole body of one answer have in common. */
export interface AnswerHead {
  /** `chatcmpl-…` */
  readonly id: string;
  /** Unix seconds. */
  readonly createdS: number;
  /** The model's id as the client sent it, as a JSON string literal. */
  readonly modelJson: string;
  /** `fp_…` */
  readonly fingerprint: string;
}

/** Tokens of a slice of a body, which has less than 4 KiB. */
export const SLICE_TOKENS = 512;

/** The body of an answer that is not streamed. */
export function completionBody(
  head: AnswerHead,
  choices: readonly ChoiceText[],
  usage: Usage,
): string {
  let body = bodyStart(head);
  for (const [index, choice] of choices.entries()) {
    const { contentTokens, reasoningTokens } = choice;
    body += choiceStart(index) + choice.contentText(0, contentTokens) + CONTENT_END;
    if (reasoningTokens > 0) {
      body += REASONING_START + choice.reasoningText(0, reasoningTokens) + REASONING_END;
    }
    body += choiceEnd(choice.finishReason);
  }
  return body + bodyEnd(head, usage);
}

/** The same body, slice by slice, so that a long one need not be held whole. */
export function* completionSlices(
  head: AnswerHead,
  choices: readonly ChoiceText[],
  usage: Usage,
): Generator<string, void, undefined> {
  yield bodyStart(head);
  for (const [index, choice] of choices.entries()) {
    const { contentTokens, reasoningTokens } = choice;
    yield choiceStart(index);
    yield* slicesOf(contentTokens, (from, to) => choice.contentText(from, to));
    yield CONTENT_END;
    if (reasoningTokens > 0) {
      yield REASONING_START;
      yield* slicesOf(reasoningTokens, (from, to) => choice.reasoningText(from, to));
      yield REASONING_END;
    }
    yield choiceEnd(choice.finishReason);
  }
  yield bodyEnd(head, usage);
}

function* slicesOf(tokens: number, text: (from: number, to: number) => string) {
  for (let from = 0; from < tokens; from += SLICE_TOKENS) {
    yield text(from, Math.min(from + SLICE_TOKENS, tokens));
  }
}

function bodyStart({ id, createdS, modelJson }: AnswerHead): string {
  return (
    `{"id":"${id}","object":"chat.completion","created":${createdS}` +
    `,"model":${modelJson},"choices":[`
  );
}

function choiceStart(index: number): string {
  const start = `{"index":${index},"message":{"role":"assistant","content":"`;
  return index > 0 ? `,${start}` : start;
}

const CONTENT_END = '","refusal":null';
const REASONING_START = ',"reasoning_content":"';
const REASONING_END = '"';

function choiceEnd(reason: FinishReason): string {
  return `},"logprobs":null,"finish_reason":"${reason}"}`;
}

function bodyEnd({ fingerprint }: AnswerHead, usage: Usage): string {
  return (
    `],"usage":${usageJson(usage)}` +
    `,"system_fingerprint":"${fingerprint}","service_tier":"default"}`
  );
}
