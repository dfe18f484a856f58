import { assert } from '../../shared/assert.ts';
import { insideOfJson } from '../text/given-text.ts';
import { StopMatcher, type StopSequences } from '../text/stop-matcher.ts';
import type { TokenText } from '../text/token-text.ts';
import type { ChoiceText } from './answer-encoder.ts';
import type { AnswerPlan } from './answer-plan.ts';
import type { FinishReason } from './finish.ts';
import type { Segment, SegmentKind } from './segment.ts';

/**
 * The text of one answer, made token by token: to the end that was planned, or to the first match
 * of a stop sequence, which is looked for in its text as that grows.
 */
export class AnswerText implements ChoiceText {
  readonly segments: readonly Segment[];
  readonly #plan: AnswerPlan;
  readonly #stop: StopMatcher | undefined;
  /** The first tokens, in which no stop sequence is looked for. */
  readonly #unsearched: number;
  #taken = 0;
  /** What the next token to take is, or the last one was if there is none. */
  #kind: SegmentKind;
  /** The segment that it is of, that one's first token and the one behind its last. */
  #segment = 0;
  #start = 0;
  #end: number;
  #reader: TokenText | undefined;
  /** The segment of which a slice was read last, and its reader. */
  #sliced = -1;
  #slicer: TokenText | undefined;

  constructor(plan: AnswerPlan, stop: StopSequences | undefined) {
    this.#plan = plan;
    this.segments = plan.segments;
    this.#stop = stop === undefined ? undefined : new StopMatcher(stop);
    this.#unsearched = stop === undefined ? 0 : stop.minTokens;
    const first = this.#partOf(0);
    this.#kind = first.kind;
    this.#end = first.tokens;
  }

  get seed(): number {
    return this.#plan.seed;
  }

  /** Tokens that were taken with `next`. */
  get taken(): number {
    return this.#taken;
  }

  /** Tokens whose text was given out, whole or in part. */
  get tokens(): number {
    if (this.#stop === undefined) return this.#taken;
    return this.#kind === 'text' ? this.#start + this.#stop.tokens : this.#taken;
  }

  /** The segment that the next token to take is of, or the last one was if there is none. */
  get segment(): number {
    return this.#segment;
  }

  /** What the next token to take is, or the last one was if there is none. */
  get kind(): SegmentKind {
    return this.#kind;
  }

  /** Nothing more comes: all tokens were taken, or a stop sequence has ended the text. */
  get hasEnded(): boolean {
    return this.#taken === this.#plan.tokens || this.hasStopped;
  }

  get hasStopped(): boolean {
    return this.#stop?.hasMatched ?? false;
  }

  get stopSequence(): string | undefined {
    return this.#stop?.match;
  }

  get finishReason(): FinishReason {
    if (this.hasStopped) return 'stop';
    return this.#plan.endsNaturally ? this.#plan.naturalEnd : 'length';
  }

  /** Takes the next token. Returns the text to give out with it: none if all may begin a match. */
  next(): string {
    const kind = this.#kind;
    this.#reader ??= this.#partOf(this.#segment).read();
    const reader = this.#reader;
    const piece = reader.piece(this.#taken++ - this.#start);
    const isLast = this.#taken === this.#end;
    if (isLast && this.#taken < this.#plan.tokens) this.#goOn();
    const isSearched = this.#stop !== undefined && kind === 'text';
    const text = isSearched ? this.#search(this.#stop, piece, isLast) : piece;
    return reader.isPlain ? text : insideOfJson(text);
  }

  /** What can be given out with a token, the last one of its segment or not. */
  #search(stop: StopMatcher, piece: string, isLast: boolean): string {
    if (this.#taken <= this.#unsearched) {
      stop.passOver();
      return piece;
    }
    const text = stop.push(piece);
    return isLast && !stop.hasMatched ? text + stop.end() : text;
  }

  /** Takes all tokens at once, of an answer in which no stop sequence is looked for. */
  takeAll(): void {
    this.#taken = this.#plan.tokens;
  }

  tokensOf(segment: number): number {
    let before = 0;
    for (let index = 0; index < segment; index++) before += this.#partOf(index).tokens;
    const part = this.#partOf(segment);
    if (part.kind === 'text' && this.#stop !== undefined) return this.#stop.tokens;
    return Math.min(part.tokens, Math.max(0, this.#taken - before));
  }

  textOf(segment: number, from: number, to: number): string {
    if (this.#slicer === undefined || this.#sliced !== segment) {
      this.#slicer = this.#partOf(segment).read();
      this.#sliced = segment;
    }
    const text = this.#slicer.text(from, to);
    const cut = this.#cutOf(segment, to);
    const given = cut === 0 ? text : text.slice(0, -cut);
    return this.#slicer.isPlain ? given : insideOfJson(given);
  }

  /** Reasoning tokens that were taken. */
  get reasoningTokens(): number {
    const { segments } = this;
    let sum = 0;
    for (let index = 0; index < segments.length; index++) {
      if (segments[index]?.kind === 'reasoning') sum += this.tokensOf(index);
    }
    return sum;
  }

  /** The next token is of the next segment. */
  #goOn(): void {
    const next = this.#partOf(++this.#segment);
    this.#kind = next.kind;
    this.#start = this.#end;
    this.#end += next.tokens;
    this.#reader = undefined;
  }

  #partOf(segment: number): Segment {
    const part = this.segments[segment];
    assert(part !== undefined, 'the tokens of a plan are those of its segments');
    return part;
  }

  /** Characters at the end of a slice of a segment that belong to a match. */
  #cutOf(segment: number, to: number): number {
    if (this.#stop === undefined || this.#partOf(segment).kind !== 'text') return 0;
    return to < this.#stop.tokens ? 0 : this.#stop.cutCharacters;
  }
}
