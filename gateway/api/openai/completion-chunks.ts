import { type ApiError, errorBody, type HeaderList } from '../../../shared/errors.ts';
import {
  type AnswerFacts,
  joinedSlices,
  type StreamEncoder,
} from '../../generate/answer-encoder.ts';
import type { FinishReason } from '../../generate/finish.ts';
import type { SegmentKind } from '../../generate/segment.ts';
import type { Usage } from '../../generate/usage.ts';
import { answerHeaders } from './answer-headers.ts';
import type { AnswerHead } from './chat-response.ts';
import { LOGPROBS_MAX } from './completion-body.ts';
import { LogprobLists } from './logprobs.ts';
import { type CompletionExtras, echoOf, type PromptEcho } from './prompt-echo.ts';
import { type UsageMode, usageJson } from './usage.ts';

/** The server-sent events of a streamed completion: one for each token, as in `ChatChunks`. */
export class CompletionChunks implements StreamEncoder {
  readonly isStream = true;
  readonly opensAt = 'firstToken';
  readonly keepAlive = ': keep-alive\n\n';
  readonly keepAliveIsComment = true;
  readonly end = 'data: [DONE]\n\n';
  readonly tellsTokens: boolean;
  /** Those of the model's name. */
  readonly extraBytes: number;
  /** Up to the index of the choice. */
  readonly #head: string;
  readonly #mode: UsageMode;
  readonly #extras: CompletionExtras;
  /** Of each choice that has begun: the characters before its next token. */
  readonly #offsets: number[] = [];

  constructor(head: AnswerHead, mode: UsageMode, extras: CompletionExtras) {
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
    this.#extras = extras;
    this.tellsTokens = extras.topLogprobs !== undefined;
  }

  headers(answer: AnswerFacts): HeaderList {
    return answerHeaders(answer);
  }

  bytesMax(characters: number): number {
    const head = this.#head.length + this.extraBytes + REST_BYTES_MAX;
    const echo = this.#extras.echoes === undefined ? 0 : ECHO_BYTES_MAX;
    const tokens = this.tellsTokens ? (echo > 0 ? ECHOED_AT_ONCE : 1) : 0;
    return head + characters + echo + tokens * (1 + LOGPROBS_MAX) * LOGPROB_BYTES_MAX;
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
    const { topLogprobs: top } = this.#extras;
    if (top === undefined) return this.#event(choice, text, 'null', 'null', usage);
    const lists = new LogprobLists(top, this.#offsets[choice]);
    lists.add(text, seed, at);
    this.#offsets[choice] = lists.offset;
    return this.#event(choice, text, lists.take(), 'null', usage);
  }

  /** The prompt, where the client wants it back. */
  preamble(choice: number, usage: Usage): Iterator<string, void, undefined> | undefined {
    const echo = echoOf(this.#extras, choice);
    if (echo === undefined) return undefined;
    const { topLogprobs } = this.#extras;
    if (topLogprobs === undefined) return this.#echoed(choice, echo, usage);
    return this.#echoedTokens(choice, echo, topLogprobs, usage);
  }

  *#echoed(choice: number, echo: PromptEcho, usage: Usage): Generator<string, void, undefined> {
    for (const text of joinedSlices(echo.texts())) {
      yield this.#event(choice, text, 'null', 'null', usage);
    }
  }

  /** A few tokens in each event. */
  *#echoedTokens(
    choice: number,
    echo: PromptEcho,
    top: number,
    usage: Usage,
  ): Generator<string, void, undefined> {
    const lists = new LogprobLists(top);
    let text = '';
    for (const token of echo.tokens()) {
      text += token.text;
      lists.addEchoed(token);
      if (lists.length < ECHOED_AT_ONCE) continue;
      yield this.#event(choice, text, lists.take(), 'null', usage);
      text = '';
    }
    if (text !== '' || lists.length > 0) {
      yield this.#event(choice, text, lists.take(), 'null', usage);
    }
    this.#offsets[choice] = lists.offset;
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

/** Tokens of a prompt in one event, and bytes of its text without log probabilities. */
const ECHOED_AT_ONCE = 8;
const ECHO_BYTES_MAX = 6144;
/** What an event has besides its head and its text: with a usage in it, some 400 bytes. */
const REST_BYTES_MAX = 512;
/** What is told of one likely token, whose text is short. */
const LOGPROB_BYTES_MAX = 80;
