import type { ApiError } from '../../shared/errors.ts';
import { ChatChunks, DONE_EVENT, errorEvent } from '../api/openai/chat-chunks.ts';
import type { UsageMode } from '../api/openai/usage.ts';
import { type AnswerHost, type AnswerStart, ChatAnswer } from './answer.ts';
import type { AnswerChoice } from './answer-choice.ts';

/** Two tokens of the corpus have less characters: what an event has besides text held back. */
const TEXT_MAX = 32;
const KEEP_ALIVE_COMMENT = ': keep-alive\n\n';

/**
 * An answer that is sent token by token as server-sent events. While the client does not read, its
 * tokens are only counted, so that a slow client costs no memory; when it reads again it gets them.
 */
export class StreamedAnswer extends ChatAnswer {
  readonly isStream = true;
  readonly #chunks: ChatChunks;
  readonly #usageMode: UsageMode;
  #keptAliveUs = 0;

  constructor(start: AnswerStart, host: AnswerHost, usageMode: UsageMode) {
    super(start, host);
    this.#chunks = new ChatChunks(start.head, usageMode);
    this.#usageMode = usageMode;
  }

  keepAlive(nowUs: number, intervalUs: number): void {
    const { exchange } = this.start;
    if (!exchange.hasBegun || exchange.isBlocked || nowUs - this.#keptAliveUs < intervalUs) return;
    this.#keptAliveUs = nowUs;
    exchange.cork(() => exchange.writeEvent(KEEP_ALIVE_COMMENT));
  }

  protected progressed(choice: AnswerChoice): void {
    this.lineUp(choice);
  }

  protected sendFailure(error: ApiError): void {
    const { exchange } = this.start;
    if (!exchange.hasBegun) {
      exchange.sendError(error);
      return;
    }
    exchange.cork(() => {
      exchange.writeEvent(errorEvent(error));
      exchange.endStream();
    });
  }

  protected write(): void {
    this.writeBursts();
  }

  protected writeBurst(): void {
    const { exchange, usage } = this.start;
    if (!exchange.hasBegun) {
      const heldBack = this.start.stop?.longest ?? 0;
      exchange.beginStream(this.headers, this.#chunks.bytesMax(TEXT_MAX + heldBack));
    }
    for (let choice = this.line[0]; choice !== undefined; choice = this.line[0]) {
      this.#writeChoice(choice);
      this.hadItsTurn(choice);
      if (!this.mayWrite) return;
    }
    if (this.choicesLeft > 0) return;
    if (this.#usageMode !== 'none') this.#writeEvent(this.#chunks.usage(usage));
    exchange.writeEvent(DONE_EVENT, DONE_EVENT.length);
    exchange.endStream();
    this.complete();
  }

  #writeChoice(choice: AnswerChoice): void {
    const { usage } = this.start;
    const { index, text } = choice;
    if (!choice.isOpen) {
      this.#writeEvent(this.#chunks.role(index, usage));
      choice.isOpen = true;
    }
    while (text.taken < choice.emitted && !text.hasEnded) {
      if (!this.mayWrite) return;
      this.#writeToken(choice);
    }
    if (text.hasEnded && this.mayWrite) {
      this.#writeEvent(this.#chunks.finish(index, text.finishReason, usage));
      this.endChoice(choice);
    }
  }

  #writeToken({ index, text }: AnswerChoice): void {
    const { usage } = this.start;
    const { isReasoning, tokens: before } = text;
    const piece = text.next();
    usage.completionTokens += text.tokens - before;
    if (isReasoning) {
      usage.reasoningTokens++;
      this.#writeEvent(this.#chunks.reasoning(index, piece, usage));
    } else if (piece !== '') {
      this.#writeEvent(this.#chunks.content(index, piece, usage));
    } else {
      this.eventsLeft--;
    }
  }

  #writeEvent(event: string): void {
    this.eventsLeft--;
    this.start.exchange.writeEvent(event, event.length + this.#chunks.extraBytes);
  }
}
