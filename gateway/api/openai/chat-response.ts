import type { HeaderList } from '../../../shared/errors.ts';
import {
  type AnswerFacts,
  type BodyEncoder,
  type ChoiceText,
  joinedSlices,
  segmentSlices,
  tokensBefore,
} from '../../generate/answer-encoder.ts';
import type { FinishReason } from '../../generate/finish.ts';
import type { SegmentKind } from '../../generate/segment.ts';
import type { Usage } from '../../generate/usage.ts';
import { answerHeaders } from './answer-headers.ts';
import { callParts } from './chat-call.ts';
import { chatLogprob } from './logprobs.ts';
import { usageJson } from './usage.ts';

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

/** What is told of one likely token costs as much as so many tokens of text. */
const LOGPROB_TOKENS = 20;
const ID_START = '{"id":"';
const CONTENT_START = ',"message":{"role":"assistant","content":';
const REFUSAL_START = ',"refusal":';
const REASONING_START = ',"reasoning_content":';
const CHOICE_END: Readonly<Record<FinishReason, string>> = {
  stop: choiceEnd('stop'),
  length: choiceEnd('length'),
  content_filter: choiceEnd('content_filter'),
  tool_calls: choiceEnd('tool_calls'),
  function_call: choiceEnd('function_call'),
};
const USAGE_START = '],"usage":';

/** The body of a chat completion that is not streamed. */
export class ChatResponse implements BodyEncoder {
  readonly isStream = false;
  readonly #head: AnswerHead;
  /** Likely tokens that are told for each one of the content; undefined: no log probabilities. */
  readonly #topLogprobs: number | undefined;

  constructor(head: AnswerHead, topLogprobs?: number) {
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
    const { start, end } = frameOf(this.#head);
    let body = ID_START + this.#head.id + start;
    for (const [index, choice] of choices.entries()) {
      const reasoning = segmentOf(choice, 'reasoning');
      if (index > 0) body += choiceStart(index);
      body += quoted(choice, 'text') + REFUSAL_START + quoted(choice, 'refusal');
      if (reasoning >= 0) body += REASONING_START + quoted(choice, 'reasoning');
      if (segmentOf(choice, 'call') >= 0) {
        const wholeText = (at: number) => [choice.textOf(at, 0, choice.tokensOf(at))];
        for (const part of callParts(choice, wholeText)) body += part;
      }
      const top = segmentOf(choice, 'text') < 0 ? undefined : this.#topLogprobs;
      if (top === undefined) body += CHOICE_END[choice.finishReason];
      else for (const part of choiceEnds(choice, top)) body += part;
    }
    return body + USAGE_START + usageJson(usage) + end;
  }

  *slices(choices: readonly ChoiceText[], usage: Usage): Generator<string, void, undefined> {
    const { start, end } = frameOf(this.#head);
    yield ID_START + this.#head.id + start;
    for (const [index, choice] of choices.entries()) {
      if (index > 0) yield choiceStart(index);
      yield* quotedSlices(choice, 'text');
      yield REFUSAL_START;
      yield* quotedSlices(choice, 'refusal');
      if (segmentOf(choice, 'reasoning') >= 0) {
        yield REASONING_START;
        yield* quotedSlices(choice, 'reasoning');
      }
      yield* callParts(choice, (segment) => segmentSlices(choice, segment));
      const top = segmentOf(choice, 'text') < 0 ? undefined : this.#topLogprobs;
      if (top === undefined) yield CHOICE_END[choice.finishReason];
      else yield* joinedSlices(choiceEnds(choice, top));
    }
    yield USAGE_START + usageJson(usage) + end;
  }
}

/** What the bodies of one model have in common for a second, around what is the answer's own. */
interface Frame {
  readonly createdS: number;
  readonly modelJson: string;
  readonly fingerprint: string;
  /** From the end of the id to the text of the first choice. */
  readonly start: string;
  /** What follows the usage. */
  readonly end: string;
}

/** That of the last body, which most often is that of the next one. */
let lastFrame = newFrame({ id: '', createdS: 0, modelJson: '""', fingerprint: '' });

function frameOf(head: AnswerHead): Frame {
  const { createdS, modelJson, fingerprint } = head;
  const isSame =
    lastFrame.createdS === createdS &&
    lastFrame.modelJson === modelJson &&
    lastFrame.fingerprint === fingerprint;
  if (!isSame) lastFrame = newFrame(head);
  return lastFrame;
}

function newFrame({ createdS, modelJson, fingerprint }: AnswerHead): Frame {
  // A joined string is flat; a concatenated one would be walked as a tree in every body.
  const start = [
    '","object":"chat.completion","created":',
    createdS,
    ',"model":',
    modelJson,
    ',"choices":[{"index":0',
    CONTENT_START,
  ].join('');
  const end = [',"system_fingerprint":"', fingerprint, '","service_tier":"default"}'].join('');
  return { createdS, modelJson, fingerprint, start, end };
}

/** The text of a kind as JSON: null where there is none. */
function quoted(choice: ChoiceText, kind: SegmentKind): string {
  const segment = segmentOf(choice, kind);
  if (segment < 0) return 'null';
  return `"${choice.textOf(segment, 0, choice.tokensOf(segment))}"`;
}

function* quotedSlices(choice: ChoiceText, kind: SegmentKind): Generator<string, void, undefined> {
  const segment = segmentOf(choice, kind);
  if (segment < 0) {
    yield 'null';
    return;
  }
  yield '"';
  yield* segmentSlices(choice, segment);
  yield '"';
}

/** The first segment of a kind, or -1. */
function segmentOf({ segments }: ChoiceText, wanted: SegmentKind): number {
  for (let index = 0; index < segments.length; index++) {
    if (segments[index]?.kind === wanted) return index;
  }
  return -1;
}

function choiceStart(index: number): string {
  return `,{"index":${index}${CONTENT_START}`;
}

function choiceEnd(reason: FinishReason): string {
  return `},"logprobs":null,"finish_reason":"${reason}"}`;
}

/** The end of a choice with the log probabilities of its content, a token in each slice. */
function* choiceEnds(choice: ChoiceText, top: number): Generator<string, void, undefined> {
  const segment = segmentOf(choice, 'text');
  const before = tokensBefore(choice, segment);
  const tokens = choice.tokensOf(segment);
  yield '},"logprobs":{"content":[';
  for (let at = 0; at < tokens; at++) {
    const entry = chatLogprob(choice.textOf(segment, at, at + 1), choice.seed, before + at, top);
    yield at === 0 ? entry : `,${entry}`;
  }
  yield `],"refusal":null},"finish_reason":"${choice.finishReason}"}`;
}
