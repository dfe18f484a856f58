import type { ApiError } from '../../shared/errors.ts';
import { meanLogprob } from '../text/token-logprobs.ts';
import { Answer, type AnswerHost } from './answer.ts';
import type { AnswerChoice } from './answer-choice.ts';
import { type BodyEncoder, SLICE_TOKENS } from './answer-encoder.ts';
import type { AnswerStart } from './answer-start.ts';
import type { AnswerText } from './answer-text.ts';

/** Longer bodies are sent in slices, as fast as the client takes them, and never held whole. */
const WHOLE_TOKENS = 16_384;
/** What looking for stop sequences costs: so many tokens cost as much as an event. */
const SEARCHED_TOKENS_PER_EVENT = 4;
/** What a slice of a body costs, in events. */
const SLICE_EVENTS = 4;
/** Slices of something else than text cost so many times more to make. */
const ODD_SLICE_FACTOR = 4;
/** By so many tokens of all candidates of a request, the first of each, the likeliest are found. */
const JUDGED_TOKENS = 32_768;

/** An answer that is sent when the last token of the last choice is out. */
export class UnaryAnswer extends Answer {
  readonly isStream = false;
  readonly keepAliveIsComment = false;
  readonly #encoder: BodyEncoder;
  /** What a slice of the body costs. */
  #sliceEvents = SLICE_EVENTS;
  /** What is left of a body that is sent in slices. */
  #body: Iterator<string, void, undefined> | undefined;

  constructor(start: AnswerStart, host: AnswerHost, encoder: BodyEncoder) {
    super(start, host);
    this.#encoder = encoder;
  }

  protected progressed(choice: AnswerChoice): void {
    if (this.start.stop !== undefined) this.lineUp(choice);
    else if (!choice.isOwed) {
      choice.text.takeAll();
      this.endChoice(choice);
      if (this.choicesLeft === 0) this.flushNow();
    }
  }

  protected write(): void {
    for (let choice = this.line[0]; choice !== undefined; choice = this.line[0]) {
      if (this.eventsLeft <= 0) return;
      this.#search(choice);
      this.hadItsTurn(choice);
    }
    if (this.choicesLeft > 0) return;
    if (this.#body === undefined) this.#begin();
    else this.writeBursts();
  }

  protected writeBurst(): void {
    const { exchange } = this.start;
    if (!exchange.hasBegun) exchange.beginBody('application/json', this.#encoder.headers(this));
    for (; this.mayWrite; this.eventsLeft -= this.#sliceEvents) {
      const slice = this.#body?.next();
      if (slice === undefined || slice.done) {
        exchange.endStream();
        this.complete();
        return;
      }
      if (slice.value !== '') exchange.write(slice.value);
    }
  }

  keepAlive(): void {}

  protected sendFailure(error: ApiError): void {
    const { exchange } = this.start;
    if (exchange.hasBegun) exchange.breakOff();
    else exchange.sendError(error);
  }

  /** Looks for stop sequences in the tokens of a choice that are out. */
  #search(choice: AnswerChoice): void {
    const { text, emitted } = choice;
    const most = this.eventsLeft * SEARCHED_TOKENS_PER_EVENT;
    const from = text.taken;
    while (text.taken < emitted && text.taken - from < most && !text.hasEnded) text.next();
    this.eventsLeft -= Math.ceil((text.taken - from) / SEARCHED_TOKENS_PER_EVENT);
    if (text.hasEnded) this.endChoice(choice);
  }

  /** The texts that the client gets: of each prompt the likeliest, where there are more. */
  #given(): AnswerText[] {
    const texts = this.choices.map((choice) => choice.text);
    const { prompts, choicesPerPrompt } = this.start;
    if (texts.length === prompts.length * choicesPerPrompt) return texts;
    const given: AnswerText[] = [];
    const most = Math.ceil(JUDGED_TOKENS / texts.length);
    for (const { plans } of prompts) {
      const candidates = texts.splice(0, plans.length).map((text) => ({
        text,
        logprob: meanLogprob(text.seed, Math.min(most, text.tokens)),
      }));
      candidates.sort((a, b) => b.logprob - a.logprob);
      for (const { text } of candidates.slice(0, choicesPerPrompt)) given.push(text);
    }
    return given;
  }

  /** Sends a usual body at once, and begins to send a long one. */
  #begin(): void {
    const { usage, exchange } = this.start;
    const texts = this.#given();
    for (const text of texts) {
      usage.completionTokens += text.tokens;
      usage.reasoningTokens += text.reasoningTokens;
    }
    const length = this.#encoder.lengthOf?.(usage) ?? usage.completionTokens;
    if (length > WHOLE_TOKENS) {
      if (length > usage.completionTokens) this.#sliceEvents *= ODD_SLICE_FACTOR;
      this.#body = this.#encoder.slices(texts, usage);
      this.writeBursts();
      return;
    }
    this.eventsLeft -= SLICE_EVENTS * Math.ceil(length / SLICE_TOKENS);
    exchange.sendJson(200, this.#encoder.whole(texts, usage), this.#encoder.headers(this));
    this.complete();
  }
}
