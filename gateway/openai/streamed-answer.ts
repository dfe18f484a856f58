import type { ApiError } from '../../shared/errors.ts';
import type { AnswerPlan } from './answer-plan.ts';
import { type AnswerHost, type AnswerStart, ChatAnswer } from './chat-answer.ts';
import { ChatChunks, DONE_EVENT, errorEvent } from './chat-chunks.ts';
import type { UsageMode } from './usage.ts';

const KEEP_ALIVE_COMMENT = ': keep-alive\n\n';

/**
 * An answer that is sent token by token as server-sent events. While the client does not read, its
 * tokens are only counted, so that a slow client costs no memory; when it reads again it gets them.
 */
export class StreamedAnswer extends ChatAnswer {
  readonly isStream = true;
  readonly #chunks: ChatChunks;
  readonly #usageMode: UsageMode;
  /** Tokens that were written, for each choice; -1 before the event that opens the choice. */
  readonly #written: number[];
  #choicesLeft: number;
  /** Tokens are out that the end of this turn of the event loop will write. */
  #pending = false;
  #keptAliveUs = 0;

  constructor(start: AnswerStart, host: AnswerHost, usageMode: UsageMode) {
    super(start, host);
    this.#chunks = new ChatChunks(start.head, usageMode);
    this.#usageMode = usageMode;
    this.#written = start.plans.map(() => -1);
    this.#choicesLeft = start.plans.length;
    start.exchange.onRoom(this.#write);
  }

  protected progressed(): void {
    if (this.#pending) return;
    this.#pending = true;
    this.host.writeLater(this);
  }

  /** Writes every token that is out, unless the client does not read now. */
  flush(): void {
    const { exchange } = this.start;
    this.#pending = false;
    if (!exchange.isBlocked) exchange.cork(this.#write);
  }

  keepAlive(nowUs: number, intervalUs: number): void {
    const { exchange } = this.start;
    if (!exchange.hasBegun || exchange.isBlocked || nowUs - this.#keptAliveUs < intervalUs) return;
    this.#keptAliveUs = nowUs;
    exchange.cork(() => exchange.writeEvent(KEEP_ALIVE_COMMENT));
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

  /** Writes every token that is out. Inside a cork. */
  readonly #write = (): void => {
    const { exchange, plans } = this.start;
    if (!exchange.hasBegun) exchange.beginStream(this.headers);
    for (const [choice, plan] of plans.entries()) {
      if (!exchange.isBlocked) this.#writeChoice(choice, plan);
    }
    if (this.#choicesLeft > 0 || exchange.isBlocked) return;
    if (this.#usageMode !== 'none') exchange.writeEvent(this.#chunks.usage(this.start.usage));
    exchange.writeEvent(DONE_EVENT);
    exchange.endStream();
    this.complete();
  };

  #writeChoice(choice: number, plan: AnswerPlan): void {
    const { exchange, usage } = this.start;
    const emitted = this.emittedOf(choice);
    let written = this.#written[choice] ?? 0;
    if (written > plan.tokens || emitted === 0) return;
    if (written < 0) {
      exchange.writeEvent(this.#chunks.role(choice, usage));
      written = 0;
    }
    for (; written < Math.min(emitted, plan.tokens) && !exchange.isBlocked; written++) {
      this.count(plan, written);
      this.#writeToken(choice, plan, written);
    }
    if (written === plan.tokens && !exchange.isBlocked) {
      exchange.writeEvent(this.#chunks.finish(choice, plan.finishReason, usage));
      this.#choicesLeft--;
      written++;
    }
    this.#written[choice] = written;
  }

  #writeToken(choice: number, plan: AnswerPlan, index: number): void {
    const { exchange, usage } = this.start;
    if (index < plan.reasoningTokens) {
      exchange.writeEvent(this.#chunks.reasoning(choice, plan.reasoningPiece(index), usage));
      return;
    }
    const text = plan.contentPiece(index - plan.reasoningTokens);
    if (text !== '') exchange.writeEvent(this.#chunks.content(choice, text, usage));
  }
}
