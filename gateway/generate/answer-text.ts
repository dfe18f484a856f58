import type { ChoiceText, FinishReason } from '../api/openai/chat-response.ts';
import type { CorpusAnswer } from '../text/answer.ts';
import { StopMatcher, type StopSequences } from '../text/stop-matcher.ts';
import type { AnswerPlan } from './answer-plan.ts';

/**
 * The text of one answer, made token by token: to the end that was planned, or to the first match
 * of a stop sequence, which is looked for as the text grows.
 */
export class AnswerText implements ChoiceText {
  readonly #plan: AnswerPlan;
  readonly #reasoning: CorpusAnswer | undefined;
  readonly #content: CorpusAnswer;
  readonly #stop: StopMatcher | undefined;
  /** The first content tokens, in which no stop sequence is looked for. */
  readonly #unsearched: number;
  #taken = 0;

  constructor(plan: AnswerPlan, stop: StopSequences | undefined) {
    this.#plan = plan;
    this.#reasoning = plan.reasoningTokens > 0 ? plan.reasoning() : undefined;
    this.#content = plan.content();
    this.#stop = stop === undefined ? undefined : new StopMatcher(stop);
    this.#unsearched = stop === undefined ? 0 : stop.minTokens - plan.reasoningTokens;
  }

  /** Tokens that were taken with `next`. */
  get taken(): number {
    return this.#taken;
  }

  /** Tokens of reasoning and content whose text was given out, whole or in part. */
  get tokens(): number {
    return this.reasoningTokens + this.contentTokens;
  }

  /** The next token to take is one of the reasoning. */
  get isReasoning(): boolean {
    return this.#taken < this.#plan.reasoningTokens;
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
    const { reasoningTokens, tokens } = this.#plan;
    const index = this.#taken++;
    if (index < reasoningTokens) return this.#reasoning?.piece(index) ?? '';
    const at = index - reasoningTokens;
    const piece = this.#content.piece(at);
    const stop = this.#stop;
    if (stop === undefined) return piece;
    if (at < this.#unsearched) {
      stop.passOver();
      return piece;
    }
    const text = stop.push(piece);
    return this.#taken === tokens && !stop.hasMatched ? text + stop.end() : text;
  }

  /** Takes all tokens at once, of an answer in which no stop sequence is looked for. */
  takeAll(): void {
    this.#taken = this.#plan.tokens;
  }

  /** Reasoning tokens that were taken. */
  get reasoningTokens(): number {
    return Math.min(this.#taken, this.#plan.reasoningTokens);
  }

  /** Content tokens whose text was given out, whole or in part. */
  get contentTokens(): number {
    return this.#stop?.tokens ?? this.#taken - this.reasoningTokens;
  }

  /** Text of the content tokens `from` to `to - 1`, up to the match. */
  contentText(from: number, to: number): string {
    const text = this.#content.text(from, to);
    const cut = to < this.contentTokens ? 0 : (this.#stop?.cutCharacters ?? 0);
    return cut === 0 ? text : text.slice(0, -cut);
  }

  /** Text of the reasoning tokens `from` to `to - 1`. */
  reasoningText(from: number, to: number): string {
    return this.#reasoning?.text(from, to) ?? '';
  }
}
