import { assert } from '../../shared/assert.ts';
import type { CorpusAnswer } from '../text/answer.ts';
import { StopMatcher, type StopSequences } from '../text/stop-matcher.ts';
import type { ChoiceText, FinishReason } from './answer-encoder.ts';
import type { AnswerPlan, Segment, SegmentKind } from './answer-plan.ts';

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
  /** The segment that the next token is of, and the tokens before it. */
  #segment = 0;
  #before = 0;
  /** The segment that was read last, and its reader. */
  #opened = -1;
  #reader: CorpusAnswer | undefined;

  constructor(plan: AnswerPlan, stop: StopSequences | undefined) {
    this.#plan = plan;
    this.segments = plan.segments;
    this.#stop = stop === undefined ? undefined : new StopMatcher(stop);
    this.#unsearched = stop === undefined ? 0 : stop.minTokens;
  }

  /** Tokens that were taken with `next`. */
  get taken(): number {
    return this.#taken;
  }

  /** Tokens whose text was given out, whole or in part. */
  get tokens(): number {
    if (this.#stop === undefined) return this.#taken;
    return this.kind === 'text' ? this.#before + this.#stop.tokens : this.#taken;
  }

  /** What the next token to take is, or the last one was if there is none. */
  get kind(): SegmentKind {
    return this.segments[this.#segment]?.kind ?? 'text';
  }

  /** Nothing more comes: all tokens were taken, or a stop sequence has ended the text. */
  get hasEnded(): boolean {
    return this.#taken === this.#plan.tokens || this.hasStopped;
  }

  get hasStopped(): boolean {
    return this.#stop?.hasMatched ?? false;
  }

  get finishReason(): FinishReason {
    return this.hasStopped || this.#plan.endsNaturally ? 'stop' : 'length';
  }

  /** Takes the next token. Returns the text to give out with it: none if all may begin a match. */
  next(): string {
    const { kind } = this;
    const segment = this.#segment;
    const at = this.#taken++ - this.#before;
    const piece = this.#readerOf(segment).piece(at);
    this.#goOn();
    const stop = this.#stop;
    if (stop === undefined || kind !== 'text') return piece;
    if (this.#taken <= this.#unsearched) {
      stop.passOver();
      return piece;
    }
    const text = stop.push(piece);
    return this.#taken === this.#plan.tokens && !stop.hasMatched ? text + stop.end() : text;
  }

  /** Takes all tokens at once, of an answer in which no stop sequence is looked for. */
  takeAll(): void {
    this.#taken = this.#plan.tokens;
  }

  tokensOf(segment: number): number {
    let before = 0;
    for (let index = 0; index < segment; index++) before += this.segments[index]?.tokens ?? 0;
    const part = this.segments[segment];
    if (part === undefined) return 0;
    if (part.kind === 'text' && this.#stop !== undefined) return this.#stop.tokens;
    return Math.min(part.tokens, Math.max(0, this.#taken - before));
  }

  textOf(segment: number, from: number, to: number): string {
    const text = this.#readerOf(segment).text(from, to);
    const cut = this.#cutOf(segment, to);
    return cut === 0 ? text : text.slice(0, -cut);
  }

  /** Reasoning tokens that were taken. */
  get reasoningTokens(): number {
    let sum = 0;
    for (const [index, { kind }] of this.segments.entries()) {
      if (kind === 'reasoning') sum += this.tokensOf(index);
    }
    return sum;
  }

  /** After a token: the next one may be of the next segment. */
  #goOn(): void {
    const isLast = this.#segment === this.segments.length - 1;
    if (isLast || this.#taken - this.#before < (this.segments[this.#segment]?.tokens ?? 0)) return;
    this.#segment++;
    this.#before = this.#taken;
  }

  #readerOf(segment: number): CorpusAnswer {
    if (this.#reader === undefined || this.#opened !== segment) {
      const part = this.segments[segment];
      assert(part !== undefined, 'a plan has tokens only in its segments');
      this.#reader = part.read();
      this.#opened = segment;
    }
    return this.#reader;
  }

  /** Characters at the end of a slice of a segment that belong to a match. */
  #cutOf(segment: number, to: number): number {
    if (this.#stop === undefined || this.segments[segment]?.kind !== 'text') return 0;
    return to < this.#stop.tokens ? 0 : this.#stop.cutCharacters;
  }
}
