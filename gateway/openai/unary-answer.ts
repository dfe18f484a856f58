import type { ApiError } from '../../shared/errors.ts';
import { ChatAnswer } from './chat-answer.ts';
import { type Choice, completionBody } from './chat-response.ts';

/** An answer that is sent whole, when the last token of the last choice is out. */
export class UnaryAnswer extends ChatAnswer {
  readonly isStream = false;

  protected progressed(): void {
    const { plans, usage, head, exchange } = this.start;
    for (const [choice, plan] of plans.entries()) {
      if (this.emittedOf(choice) < Math.max(1, plan.tokens)) return;
    }
    const choices: Choice[] = [];
    for (const plan of plans) {
      usage.completionTokens += plan.tokens;
      usage.reasoningTokens += plan.reasoningTokens;
      choices.push({
        content: plan.contentText,
        reasoning: plan.reasoningText,
        finishReason: plan.finishReason,
      });
    }
    exchange.sendJson(200, completionBody(head, choices, usage), this.headers);
    this.complete();
  }

  keepAlive(): void {}

  protected sendFailure(error: ApiError): void {
    this.start.exchange.sendError(error);
  }
}
