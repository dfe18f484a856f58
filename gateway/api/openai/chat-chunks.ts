import { type ApiError, errorBody, type HeaderList } from '../../../shared/errors.ts';
import type {
  AnswerFacts,
  ChoiceText,
  SegmentEvents,
  StreamEncoder,
} from '../../generate/answer-encoder.ts';
import type { FinishReason } from '../../generate/finish.ts';
import type { SegmentKind } from '../../generate/segment.ts';
import type { Usage } from '../../generate/usage.ts';
import { answerHeaders } from './answer-headers.ts';
import { type CallFrame, callFrame, callNumber, callOpening } from './chat-call.ts';
import type { AnswerHead } from './chat-response.ts';
import { chatLogprob } from './logprobs.ts';
import { type UsageMode, usageJson } from './usage.ts';

/**
 * Builds the server-sent events of one streamed answer, each `data: ` + JSON + an empty line. What
 * the events of one stream have in common is kept as one flat string, and what all streams have in
 * common is shared, so that a token costs three concatenations and a stream a few hundred bytes.
 * Texts are the inside of a JSON string, in ASCII.
 */
export class ChatChunks implements StreamEncoder {
  readonly isStream = true;
  readonly opensAt = 'firstToken';
  readonly keepAlive = ': keep-alive\n\n';
  readonly keepAliveIsComment = true;
  readonly end = 'data: [DONE]\n\n';
  readonly tellsTokens: boolean;
  /** Of answers that may have calls. */
  readonly segments: SegmentEvents | undefined;
  /** Those of the model's name. */
  readonly extraBytes: number;
  /** Up to the index of the choice. */
  readonly #head: string;
  readonly #mode: UsageMode;
  /** From the end of a delta to the end of an event, where it is the same for all. */
  readonly #tail: string;
  /** Likely tokens that are told for each one of the content; undefined: no log probabilities. */
  readonly #topLogprobs: number | undefined;
  /** The call that is being said, of each choice. */
  readonly #calls: CallFrame[] = [];

  constructor(head: AnswerHead, mode: UsageMode, topLogprobs?: number, mayCall = false) {
    // A joined string is flat; a concatenated one would be walked as a tree by every event.
    this.#head = [
      'data: {"id":"',
      head.id,
      '","object":"chat.completion.chunk","created":',
      head.createdS,
      ',"model":',
      head.modelJson,
      ',"system_fingerprint":"',
      head.fingerprint,
      '","choices":[',
    ].join('');
    this.extraBytes = Buffer.byteLength(this.#head) - this.#head.length;
    this.#mode = mode;
    this.#topLogprobs = topLogprobs;
    this.tellsTokens = topLogprobs !== undefined;
    this.#tail = mode === 'none' ? TAIL : TAIL_NULL_USAGE;
    this.segments = mayCall
      ? { begin: (...segment) => this.#beginSegment(...segment), end: () => '' }
      : undefined;
  }

  headers(answer: AnswerFacts): HeaderList {
    return answerHeaders(answer);
  }

  bytesMax(characters: number): number {
    const { length } = this.#head;
    const tokens = this.tellsTokens ? 1 + (this.#topLogprobs ?? 0) : 0;
    return length + this.extraBytes + REST_BYTES_MAX + characters + tokens * LOGPROB_BYTES_MAX;
  }

  open(): string {
    return '';
  }

  /** Says the role. */
  begin(choice: number, usage: Usage): string {
    if (this.#isShared(choice)) return this.#head + ROLE_OF_FIRST + this.#tail;
    return this.#event(choice, '"role":"assistant","content":""', 'null', 'null', usage);
  }

  token(
    choice: number,
    kind: SegmentKind,
    text: string,
    usage: Usage,
    seed: number,
    at: number,
  ): string {
    const isText = kind === 'text';
    const top = this.#topLogprobs;
    if (isText && top === undefined && this.#isShared(choice)) {
      return this.#head + CONTENT_OF_FIRST + text + this.#tail;
    }
    const logprobs =
      isText && top !== undefined
        ? `{"content":[${chatLogprob(text, seed, at, top)}],"refusal":null}`
        : 'null';
    const call = kind === 'call' ? this.#calls[choice] : undefined;
    const delta = call === undefined ? `"${FIELDS[kind]}":"${text}"` : call.start + text + call.end;
    return this.#event(choice, delta, logprobs, 'null', usage);
  }

  #beginSegment(choice: number, text: ChoiceText, segment: number, usage: Usage): string {
    const call = text.segments[segment]?.call;
    if (call === undefined) return '';
    const number = callNumber(text, segment);
    this.#calls[choice] = callFrame(call, number);
    return this.#event(choice, callOpening(call, number), 'null', 'null', usage);
  }

  finish(choice: number, reason: FinishReason, usage: Usage): string {
    if (this.#isShared(choice)) return this.#head + FINISH_OF_FIRST[reason] + this.#end();
    return this.#event(choice, '', 'null', `"${reason}"`, usage);
  }

  /** The usage, where the client has asked for it. */
  close(usage: Usage): string {
    if (this.#mode === 'none') return '';
    return `${this.#head}],"usage":${usageJson(usage)}}\n\n`;
  }

  /** Nothing follows it, not even `[DONE]`. */
  error(error: ApiError): string {
    return `data: ${errorBody(error)}\n\n`;
  }

  /** What its events say besides the text is the same in all streams. */
  #isShared(choice: number): boolean {
    return choice === 0 && this.#mode !== 'continuous';
  }

  #event(
    choice: number,
    delta: string,
    logprobs: string,
    finishReason: string,
    usage: Usage,
  ): string {
    const end = this.#mode === 'continuous' ? `],"usage":${usageJson(usage)}}\n\n` : this.#end();
    return (
      `${this.#head}{"index":${choice},"delta":{${delta}},"logprobs":${logprobs}` +
      `,"finish_reason":${finishReason}}${end}`
    );
  }

  #end(): string {
    return this.#mode === 'none' ? ']}\n\n' : '],"usage":null}\n\n';
  }
}

/** What an event has besides its head and its text: with a usage in it, some 400 bytes. */
const REST_BYTES_MAX = 512;
/** What is told of one likely token, whose text is short. */
const LOGPROB_BYTES_MAX = 160;
/** What a delta calls the text of each kind. */
const FIELDS: Readonly<Record<SegmentKind, string>> = {
  reasoning: 'reasoning_content',
  text: 'content',
  refusal: 'refusal',
  call: 'arguments',
};
const ROLE_OF_FIRST = '{"index":0,"delta":{"role":"assistant","content":"';
const CONTENT_OF_FIRST = '{"index":0,"delta":{"content":"';
const FINISH_OF_FIRST: Readonly<Record<FinishReason, string>> = {
  stop: finishOfFirst('stop'),
  length: finishOfFirst('length'),
  content_filter: finishOfFirst('content_filter'),
  tool_calls: finishOfFirst('tool_calls'),
  function_call: finishOfFirst('function_call'),
};
const TAIL = '"},"logprobs":null,"finish_reason":null}]}\n\n';
const TAIL_NULL_USAGE = '"},"logprobs":null,"finish_reason":null}],"usage":null}\n\n';

function finishOfFirst(reason: FinishReason): string {
  return `{"index":0,"delta":{},"logprobs":null,"finish_reason":"${reason}"}`;
}
