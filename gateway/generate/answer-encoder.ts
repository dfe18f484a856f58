import type { Placement } from '../../engine/cluster/request.ts';
import type { ApiError, HeaderList } from '../../shared/errors.ts';
import type { FinishReason } from './finish.ts';
import type { Segment, SegmentKind } from './segment.ts';
import type { Usage } from './usage.ts';

/**
 * The text of one choice, segment by segment; each can be had in slices. Texts are the inside of a
 * JSON string: text of the corpus stands for itself, any other has to be escaped first.
 */
export interface ChoiceText {
  readonly finishReason: FinishReason;
  /** The stop sequence that has ended it, if one has. */
  readonly stopSequence?: string | undefined;
  /** That of the answer, 32 bits: what is made up about its tokens follows from it. */
  readonly seed: number;
  readonly segments: readonly (Pick<Segment, 'kind'> & Partial<Segment>)[];
  /** Tokens of a segment whose text was given out. */
  tokensOf(segment: number): number;
  /** Text of the tokens `from` to `to - 1` of a segment. */
  textOf(segment: number, from: number, to: number): string;
}

/** What is known of an answer when its head is written. */
export interface AnswerFacts {
  /** From the arrival to the first token, in microseconds; -1 before it. */
  readonly ttftUs: number;
  /** Where the first choice was placed, and how long that took, in microseconds. */
  readonly placement: Placement | undefined;
  readonly routeUs: number;
}

/**
 * Events at once, or in parts that are made as the client takes them, each of less than 4 KiB: what
 * has a whole text in it has no limit.
 */
export type EventParts = string | Iterator<string, void, undefined>;

/**
 * The server-sent events of one answer, in the order of the calls: `open`, for each choice `begin`,
 * its tokens and `finish`, then `close` and `end`; or `error` at any time after `open`, and nothing
 * behind it. What has nothing to say returns an empty string. Texts are as in `ChoiceText`; `usage`
 * is that of the moment of the call, the token at hand included.
 */
export interface StreamEncoder {
  readonly isStream: true;
  /** When status and headers are sent: once the answer is placed, or with its first token. */
  readonly opensAt: 'placement' | 'firstToken';
  /** An event has so many more bytes than characters. */
  readonly extraBytes: number;
  /** Breaks a long silence. */
  readonly keepAlive: string;
  /** It is a comment, which not every client can read. */
  readonly keepAliveIsComment: boolean;
  /** The last event of every stream that did not fail, in ASCII; empty for none. */
  readonly end: string;
  /** What it says where a segment begins and ends, if anything. */
  readonly segments?: SegmentEvents | undefined;
  /** Tokens that are given out together have events of their own all the same, if it says so. */
  readonly tellsTokens?: boolean;
  headers(answer: AnswerFacts): HeaderList;
  /** Bytes at most of what one call returns, with a text of so many characters. */
  bytesMax(characters: number): number;
  open(usage: Usage): EventParts;
  /** Sent in one write with the first token of the choice, not before. */
  begin(choice: number, usage: Usage): string;
  /**
   * Events that come before the first token of a choice, as the client takes them, each no longer
   * than `bytesMax` says. Undefined for none.
   */
  preamble?(choice: number, usage: Usage): Iterator<string, void, undefined> | undefined;
  /**
   * `seed` is that of the choice, and `at` how many of its tokens were given out before this one.
   */
  token(
    choice: number,
    kind: SegmentKind,
    text: string,
    usage: Usage,
    seed: number,
    at: number,
  ): string;
  finish(choice: number, reason: FinishReason, usage: Usage): EventParts;
  close(usage: Usage): string;
  error(error: ApiError): string;
}

/** What an encoder says of a segment besides its tokens: before the first, and behind the last. */
export interface SegmentEvents {
  begin(choice: number, text: ChoiceText, segment: number, usage: Usage): string;
  end(choice: number, text: ChoiceText, segment: number, usage: Usage): EventParts;
}

/** The body of an answer that is not streamed: JSON. */
export interface BodyEncoder {
  readonly isStream: false;
  /** How long a body is, in tokens of text, where there is more in it than those of the answer. */
  lengthOf?(usage: Usage): number;
  headers(answer: AnswerFacts): HeaderList;
  whole(choices: readonly ChoiceText[], usage: Usage): string;
  /**
   * The same, slice by slice, each of less than 4 KiB, so that it need not be held whole. Each is
   * made in some 20 us; an empty one is a part of the work.
   */
  slices(choices: readonly ChoiceText[], usage: Usage): Iterator<string, void, undefined>;
}

/**
 * How an endpoint writes an answer. One that keeps nothing of its answer can be shared by all of
 * them.
 */
export type AnswerEncoder = StreamEncoder | BodyEncoder;

/** Tokens of an answer that come before those of a segment. */
export function tokensBefore(choice: ChoiceText, segment: number): number {
  let before = 0;
  for (let index = 0; index < segment; index++) before += choice.tokensOf(index);
  return before;
}

/** Tokens of a slice of a body, which has less than 4 KiB. */
export const SLICE_TOKENS = 512;

/** Characters of a slice of joined parts, unless one of them is longer. */
const JOINED_LENGTH = 2048;

/** Short parts of a body, several to a slice: each is an HTTP chunk of its own. */
export function* joinedSlices(parts: Iterable<string>): Generator<string, void, undefined> {
  let slice = '';
  for (const part of parts) {
    if (slice.length + part.length > JOINED_LENGTH) {
      yield slice;
      slice = '';
    }
    slice += part;
  }
  yield slice;
}

/** The text of a segment in slices. */
export function* segmentSlices(
  choice: ChoiceText,
  segment: number,
): Generator<string, void, undefined> {
  const tokens = choice.tokensOf(segment);
  if (choice.segments[segment]?.isPlain === false) {
    yield* joinedSlices(singly(choice, segment, tokens));
    return;
  }
  for (let from = 0; from < tokens; from += SLICE_TOKENS) {
    yield choice.textOf(segment, from, Math.min(from + SLICE_TOKENS, tokens));
  }
}

function* singly(
  choice: ChoiceText,
  segment: number,
  tokens: number,
): Generator<string, void, undefined> {
  for (let at = 0; at < tokens; at++) yield choice.textOf(segment, at, at + 1);
}
