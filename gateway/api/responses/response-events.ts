import type { ApiError, HeaderList } from '../../../shared/errors.ts';
import {
  type AnswerFacts,
  type ChoiceText,
  type SegmentEvents,
  type StreamEncoder,
  segmentSlices,
} from '../../generate/answer-encoder.ts';
import type { FinishReason } from '../../generate/finish.ts';
import type { SegmentKind } from '../../generate/segment.ts';
import type { Usage } from '../../generate/usage.ts';
import { insideOfJson } from '../../text/given-text.ts';
import { answerHeaders } from '../openai/answer-headers.ts';
import type { KeepAnswer } from './response-object.ts';
import {
  contentFrame,
  emptyItem,
  emptyResponse,
  itemId,
  itemParts,
  type ResponseHead,
  statusOf,
  wholeResponse,
} from './response-parts.ts';

/** No event that is made at once has more bytes, but for its text. */
const EVENT_MAX = 4096;
/** A failed response says its request again where that is no longer. */
const ECHO_MAX = 8192;
const EVENT_END = '}\n\n';

/**
 * Builds the server-sent events of one streamed response: `response.created` and
 * `response.in_progress` when it is placed, for each segment of the answer an item with its deltas,
 * then the whole response. All of them are ASCII, and those with a whole text come in parts.
 */
export class ResponseEvents implements StreamEncoder {
  readonly isStream = true;
  readonly opensAt = 'placement';
  readonly extraBytes = 0;
  readonly keepAliveIsComment = false;
  readonly end = '';
  readonly segments: SegmentEvents;
  readonly #head: ResponseHead;
  readonly #keep: KeepAnswer;
  #sequence = 0;
  /** Items that were begun. */
  #items = 0;
  /** The events of the tokens at hand, up to their text and behind it. */
  #deltaStart = '';
  #deltaEnd = '';
  #text: ChoiceText | undefined;

  constructor(head: ResponseHead, keep: KeepAnswer) {
    this.#head = head;
    this.#keep = keep;
    this.segments = {
      begin: (_choice, text, segment) => this.#begin(text, segment),
      end: (_choice, text, segment) => this.#end(text, segment),
    };
  }

  get keepAlive(): string {
    return this.#event('keepalive', '');
  }

  headers(answer: AnswerFacts): HeaderList {
    return answerHeaders(answer);
  }

  bytesMax(characters: number): number {
    return EVENT_MAX + characters;
  }

  *open(): Generator<string, void, undefined> {
    for (const type of ['response.created', 'response.in_progress']) {
      yield* this.#parts(type, ',"response":', emptyResponse(this.#head, 'in_progress'));
    }
  }

  begin(): string {
    return '';
  }

  token(_choice: number, _kind: SegmentKind, text: string): string {
    return `${this.#deltaStart}${text}${this.#deltaEnd}${this.#sequence++}${EVENT_END}`;
  }

  *finish(_choice: number, reason: FinishReason, usage: Usage): Generator<string, void, undefined> {
    const choice = this.#text;
    if (choice === undefined) return;
    this.#keep(choice, usage);
    const whole = wholeResponse(this.#head, choice, usage);
    yield* this.#parts(`response.${statusOf(reason)}`, ',"response":', whole);
  }

  close(): string {
    return '';
  }

  error({ code, message }: ApiError): string {
    const { echo } = this.#head;
    const head = echo.length <= ECHO_MAX ? this.#head : { ...this.#head, echo: this.#shortEcho() };
    const type = code === 'queue_full' ? 'rate_limit_exceeded' : 'server_error';
    const error = `{"code":"${type}","message":"${insideOfJson(message)}"}`;
    const response = [...emptyResponse(head, 'failed', error)].join('');
    return this.#event('response.failed', `,"response":${response}`);
  }

  #shortEcho(): string {
    return `,"model":"${insideOfJson(this.#head.model)}"`;
  }

  #begin(choice: ChoiceText, segment: number): string {
    this.#text = choice;
    const place = this.#place(choice, segment, this.#items++);
    const type = DELTAS[choice.segments[segment]?.kind ?? 'text'];
    const logprobs = type === DELTAS.text ? ',"logprobs":[]' : '';
    this.#deltaStart = `event: ${type}.delta\ndata: {"type":"${type}.delta"${place},"delta":"`;
    this.#deltaEnd = `"${logprobs},"sequence_number":`;
    const index = this.#items - 1;
    const item = emptyItem(this.#head, choice, segment);
    const added = this.#event(
      'response.output_item.added',
      `,"output_index":${index},"item":${item}`,
    );
    const content = contentFrame(choice, segment);
    if (content === undefined) return added;
    return (
      added + this.#event('response.content_part.added', `${place},"part":${content.join('')}`)
    );
  }

  /** Which part of which item an event is about. */
  #place(choice: ChoiceText, segment: number, item: number): string {
    const place = `,"item_id":"${itemId(this.#head, choice, segment)}","output_index":${item}`;
    return contentFrame(choice, segment) === undefined ? place : `${place},"content_index":0`;
  }

  *#end(choice: ChoiceText, segment: number): Generator<string, void, undefined> {
    const index = this.#items - 1;
    const place = this.#place(choice, segment, index);
    const kind = choice.segments[segment]?.kind ?? 'text';
    const logprobs = kind === 'text' ? ',"logprobs":[]' : '';
    const done = `${place}${logprobs},"${WHOLES[kind]}":"`;
    yield* this.#parts(`${DELTAS[kind]}.done`, done, segmentSlices(choice, segment), '"');
    const content = contentFrame(choice, segment);
    if (content !== undefined) {
      const part = `${place},"part":${content[0]}`;
      const type = 'response.content_part.done';
      yield* this.#parts(type, part, segmentSlices(choice, segment), content[1]);
    }
    const item = `,"output_index":${index},"item":`;
    yield* this.#parts('response.output_item.done', item, itemParts(this.#head, choice, segment));
  }

  #event(type: string, members: string): string {
    const { start, number } = this.#frame(type);
    return `${start}${number}${members}${EVENT_END}`;
  }

  /** An event whose last member is made in parts. */
  *#parts(
    type: string,
    members: string,
    parts: Iterable<string>,
    end = '',
  ): Generator<string, void, undefined> {
    const { start, number } = this.#frame(type);
    yield `${start}${number}${members}`;
    yield* parts;
    yield end + EVENT_END;
  }

  #frame(type: string): { readonly start: string; readonly number: number } {
    const start = `event: ${type}\ndata: {"type":"${type}","sequence_number":`;
    return { start, number: this.#sequence++ };
  }
}

const DELTAS: Readonly<Record<SegmentKind, string>> = {
  reasoning: 'response.reasoning_text',
  text: 'response.output_text',
  refusal: 'response.refusal',
  call: 'response.function_call_arguments',
};

/** What the event at the end of a segment calls the whole text. */
const WHOLES: Readonly<Record<SegmentKind, string>> = {
  reasoning: 'text',
  text: 'text',
  refusal: 'refusal',
  call: 'arguments',
};
