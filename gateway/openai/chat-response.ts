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

/**
 * The body of an answer that is not streamed, slice by slice, so that a long one need not be held
 * whole.
 */
export function* completionBody(
  head: AnswerHead,
  choices: readonly ChoiceText[],
  usage: Usage,
): Generator<string, void, undefined> {
  yield `{"id":"${head.id}","object":"chat.completion","created":${head.createdS}` +
    `,"model":${head.modelJson},"choices":[`;
  for (const [index, choice] of choices.entries()) yield* choiceJson(index, choice);
  yield `],"usage":${usageJson(usage)}` +
    `,"system_fingerprint":"${head.fingerprint}","service_tier":"default"}`;
}

function* choiceJson(index: number, choice: ChoiceText): Generator<string, void, undefined> {
  const { contentTokens, reasoningTokens, finishReason } = choice;
  if (index > 0) yield ',';
  yield `{"index":${index},"message":{"role":"assistant","content":"`;
  for (let from = 0; from < contentTokens; from += SLICE_TOKENS) {
    yield choice.contentText(from, Math.min(from + SLICE_TOKENS, contentTokens));
  }
  yield '","refusal":null';
  if (reasoningTokens > 0) {
    yield ',"reasoning_content":"';
    for (let from = 0; from < reasoningTokens; from += SLICE_TOKENS) {
      yield choice.reasoningText(from, Math.min(from + SLICE_TOKENS, reasoningTokens));
    }
    yield '"';
  }
  yield `},"logprobs":null,"finish_reason":"${finishReason}"}`;
}
