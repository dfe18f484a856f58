import { type ApiError, errorBody } from '../../../shared/errors.ts';
import type { AnswerHead, FinishReason } from './chat-response.ts';
import { type Usage, type UsageMode, usageJson } from './usage.ts';

/**
 * Builds the server-sent events of one streamed answer, each `data: ` + JSON + an empty line. What
 * the events of one stream have in common is kept as one flat string, and what all streams have in
 * common is shared, so that a token costs three concatenations and a stream a few hundred bytes.
 * Texts are the inside of a JSON string, in ASCII.
 */
export class ChatChunks {
  /** An event has so many more bytes than characters: those of the model's name. */
  readonly extraBytes: number;
  /** Up to the index of the choice. */
  readonly #head: string;
  readonly #mode: UsageMode;
  /** From the end of a delta to the end of an event, where it is the same for all. */
  readonly #tail: string;

  constructor(head: AnswerHead, mode: UsageMode) {
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
    this.#tail = mode === 'none' ? TAIL : TAIL_NULL_USAGE;
  }

  /** Bytes of an event with a text of so many characters, at most. */
  bytesMax(characters: number): number {
    return this.#head.length + this.extraBytes + REST_BYTES_MAX + characters;
  }

  /** The first event of a choice: sent in one write with its first token, not before. */
  role(choice: number, usage: Usage): string {
    return this.#event(choice, '"role":"assistant","content":""', 'null', usage);
  }

  /** One token of the answer. `usage` so far, this token included; read in continuous mode only. */
  content(choice: number, text: string, usage: Usage): string {
    if (choice === 0 && this.#mode !== 'continuous') {
      return this.#head + CONTENT_OF_FIRST + text + this.#tail;
    }
    return this.#event(choice, `"content":"${text}"`, 'null', usage);
  }

  /** One token of the reasoning that comes before the answer. */
  reasoning(choice: number, text: string, usage: Usage): string {
    return this.#event(choice, `"reasoning_content":"${text}"`, 'null', usage);
  }

  /** The last event of a choice. */
  finish(choice: number, reason: FinishReason, usage: Usage): string {
    return this.#event(choice, '', `"${reason}"`, usage);
  }

  /** The event after the last choice where the client has asked for the usage. */
  usage(usage: Usage): string {
    return `${this.#head}],"usage":${usageJson(usage)}}\n\n`;
  }

  #event(choice: number, delta: string, finishReason: string, usage: Usage): string {
    const end = this.#mode === 'continuous' ? `],"usage":${usageJson(usage)}}\n\n` : this.#end();
    return (
      `${this.#head}{"index":${choice},"delta":{${delta}},"logprobs":null` +
      `,"finish_reason":${finishReason}}${end}`
    );
  }

  #end(): string {
    return this.#mode === 'none' ? ']}\n\n' : '],"usage":null}\n\n';
  }
}

/** What an event has besides its head and its text: with a usage in it, some 400 bytes. */
const REST_BYTES_MAX = 512;
const CONTENT_OF_FIRST = '{"index":0,"delta":{"content":"';
const TAIL = '"},"logprobs":null,"finish_reason":null}]}\n\n';
const TAIL_NULL_USAGE = '"},"logprobs":null,"finish_reason":null}],"usage":null}\n\n';

/** Ends every stream that did not fail. */
export const DONE_EVENT = 'data: [DONE]\n\n';

/** Ends a stream that failed after its start; nothing follows, not even `[DONE]`. */
export function errorEvent(error: ApiError): string {
  return `data: ${errorBody(error)}\n\n`;
}
