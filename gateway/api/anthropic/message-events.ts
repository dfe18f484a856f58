import type { ApiError, HeaderList } from '../../../shared/errors.ts';
import type {
  AnswerFacts,
  ChoiceText,
  SegmentEvents,
  StreamEncoder,
} from '../../generate/answer-encoder.ts';
import type { FinishReason } from '../../generate/finish.ts';
import type { Segment, SegmentKind } from '../../generate/segment.ts';
import type { Usage } from '../../generate/usage.ts';
import { insideOfJson } from '../../text/given-text.ts';
import { answerHeaders } from '../openai/answer-headers.ts';
import { errorEvent } from './error-shape.ts';
import {
  callStart,
  type MessageHead,
  messageStart,
  signatureOf,
  stopReason,
  usageJson,
} from './message-parts.ts';

/**
 * Builds the server-sent events of one streamed message: `message_start`, for each segment of the
 * answer the start, the deltas and the stop of a content block, `message_delta` and
 * `message_stop`. All of them are ASCII.
 */
export class MessageEvents implements StreamEncoder {
  readonly isStream = true;
  readonly opensAt = 'firstToken';
  readonly extraBytes = 0;
  readonly keepAlive = event('ping', '');
  readonly keepAliveIsComment = false;
  readonly end = event('message_stop', '');
  readonly segments: SegmentEvents;
  readonly #start: string;
  /** Characters at most of what an event has besides the text of a token. */
  readonly #restMax: number;
  /** Of the block at hand: the events of its tokens up to their text. */
  #delta = '';
  #blocks = 0;
  #text: ChoiceText | undefined;

  /** `stops` are the stop sequences, one of which may be named. */
  constructor(head: MessageHead, stops: readonly string[]) {
    this.#start = messageStart(head);
    const stopMax = Math.max(0, ...stops.map((stop) => insideOfJson(stop).length));
    this.#restMax = REST_MAX + Math.max(this.#start.length, stopMax);
    this.segments = {
      begin: (_choice, text, segment) => this.#begin(text, segment),
      end: (_choice, text, segment) => this.#end(text, segment),
    };
  }

  headers(answer: AnswerFacts): HeaderList {
    return answerHeaders(answer);
  }

  bytesMax(characters: number): number {
    return this.#restMax + characters;
  }

  open(usage: Usage): string {
    const rest = `],"stop_reason":null,"stop_sequence":null,"usage":${usageJson(usage)}}`;
    return event('message_start', `,"message":${this.#start}${rest}`);
  }

  begin(): string {
    return '';
  }

  token(_choice: number, _kind: SegmentKind, text: string): string {
    return this.#delta + text + DELTA_END;
  }

  #begin(text: ChoiceText, segment: number): string {
    this.#text = text;
    const index = this.#blocks++;
    const part = text.segments[segment];
    const delta = DELTAS[part?.kind ?? 'text'];
    this.#delta = `${deltaStart(index)}${delta}`;
    return event('content_block_start', `,"index":${index},"content_block":${emptyBlock(part)}`);
  }

  #end({ segments, seed }: ChoiceText, segment: number): string {
    const index = this.#blocks - 1;
    const stop = event('content_block_stop', `,"index":${index}`);
    if (segments[segment]?.kind !== 'reasoning') return stop;
    return `${deltaStart(index)}"signature_delta","signature":"${signatureOf(seed)}${DELTA_END}${stop}`;
  }

  finish(_choice: number, reason: FinishReason, usage: Usage): string {
    const text = this.#text ?? NO_TEXT;
    const { stopSequence } = text;
    const named = stopSequence === undefined ? 'null' : `"${insideOfJson(stopSequence)}"`;
    return event(
      'message_delta',
      `,"delta":{"stop_reason":"${stopReason(reason, text)}","stop_sequence":${named}}` +
        `,"usage":${usageJson(usage)}`,
    );
  }

  close(): string {
    return '';
  }

  error(error: ApiError): string {
    return errorEvent(error);
  }
}

const NO_TEXT: Pick<ChoiceText, 'stopSequence' | 'segments'> = { segments: [] };
/** What an event has besides the head of its message, a stop sequence and a text. */
const REST_MAX = 512;
const DELTA_END = '"}}\n\n';
const DELTAS: Readonly<Record<SegmentKind, string>> = {
  reasoning: '"thinking_delta","thinking":"',
  text: '"text_delta","text":"',
  refusal: '"text_delta","text":"',
  call: '"input_json_delta","partial_json":"',
};

function event(type: string, members: string): string {
  return `event: ${type}\ndata: {"type":"${type}"${members}}\n\n`;
}

function deltaStart(index: number): string {
  return (
    'event: content_block_delta\n' +
    `data: {"type":"content_block_delta","index":${index},"delta":{"type":`
  );
}

/** The content block of a segment before its first token. */
function emptyBlock(segment: Partial<Segment> | undefined): string {
  if (segment?.kind === 'reasoning') return '{"type":"thinking","thinking":"","signature":""}';
  if (segment?.call !== undefined) return `${callStart(segment.call)}{}}`;
  return '{"type":"text","text":""}';
}
