import { type ApiError, errorBody, type HeaderList } from '../../../shared/errors.ts';
import type { AnswerFacts, StreamEncoder } from '../../generate/answer-encoder.ts';
import type { FinishReason } from '../../generate/finish.ts';
import type { SegmentKind } from '../../generate/segment.ts';
import type { Usage } from '../../generate/usage.ts';
import { logprobOf } from '../../text/token-logprobs.ts';
import { answerHeaders } from './answer-headers.ts';
import type { AnswerHead } from './chat-response.ts';
import { LOGPROBS_MAX } from './completion-body.ts';
import { codePoints, completionTops } from './logprobs.ts';
import { type UsageMode, usageJson } from './usage.ts';

/** The server-sent events of a streamed completion: one for each token, as in `ChatChunks`. */
export class CompletionChunks implements StreamEncoder {
  readonly isStream = true;
  readonly opensAt = 'firstToken';
  readonly keepAlive = ': keep-alive\n\n';
  readonly end = 'data: [DONE]\n\n';
  readonly tellsTokens: boolean;
  /** Those of the model's name. */
  readonly extraBytes: number;
  /** Up to the index of the choice. */
  readonly #head: string;
  readonly #mode: UsageMode;
  /** Likely tokens that are told for each one; undefined: no log probabilities. */
  readonly #topLogprobs: number | undefined;
  /** Of each choice that has begun: the characters before its next token. */
  readonly #offsets: number[] = [];

  constructor(head: AnswerHead, mode: UsageMode, topLogprobs: number | undefined) {
    // A joined string is flat; a concatenated one would be walked as a tree by every event.
    this.#head = [
      'data: {"id":"',
      head.id,
      '","object":"text_completion","created":',
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
  }

  headers(answer: AnswerFacts): HeaderList {
    return answerHeaders(answer);
  }

  bytesMax(characters: number): number {
    const { length } = this.#head;
    const tokens = this.tellsTokens ? 1 + LOGPROBS_MAX : 0;
    return length + this.extraBytes + REST_BYTES_MAX + characters + tokens * LOGPROB_BYTES_MAX;
  }

  open(): string {
    return '';
  }

  begin(): string {
    return '';
  }

  token(
    choice: number,
    _kind: SegmentKind,
    text: string,
    usage: Usage,
    seed: number,
    at: number,
  ): string {
    if (this.#topLogprobs === undefined) return this.#event(choice, text, 'null', 'null', usage);
    const offset = this.#offsets[choice] ?? 0;
    this.#offsets[choice] = offset + codePoints(text);
    const logprobs =
      `{"tokens":["${text}"],"token_logprobs":[${logprobOf(seed, at)}],"top_logprobs":` +
      `[${completionTops(text, seed, at, this.#topLogprobs)}],"text_offset":[${offset}]}`;
    return this.#event(choice, text, logprobs, 'null', usage);
  }

  finish(choice: number, reason: FinishReason, usage: Usage): string {
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

  #event(
    choice: number,
    text: string,
    logprobs: string,
    finishReason: string,
    usage: Usage,
  ): string {
    return (
      `${this.#head}{"index":${choice},"text":"${text}","logprobs":${logprobs}` +
      `,"finish_reason":${finishReason}}${this.#end(usage)}`
    );
  }

  #end(usage: Usage): string {
    switch (this.#mode) {
      case 'none':
        return ']}\n\n';
      case 'final':
        return '],"usage":null}\n\n';
      case 'continuous':
        return `],"usage":${usageJson(usage)}}\n\n`;
    }
  }
}

/** What an event has besides its head and its text: with a usage in it, some 400 bytes. */
const REST_BYTES_MAX = 512;
/** What is told of one likely token, whose text is short. */
const LOGPROB_BYTES_MAX = 80;
