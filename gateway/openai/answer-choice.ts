import type { Cluster, RequestListener } from '../../engine/cluster/cluster.ts';
import { NO_REQUEST, type RequestId } from '../../shared/ids.ts';
import type { Outcome } from '../../shared/protocol.ts';
import type { TokenBuffer } from '../text/token-buffer.ts';
import type { AnswerHashes } from './answer-hashes.ts';
import type { AnswerPlan } from './answer-plan.ts';
import { AnswerText } from './answer-text.ts';
import type { StopSequences } from './stop-matcher.ts';

/** The answer that choices belong to, as they see it. */
export interface ChoiceOwner {
  choiceStarted(choice: AnswerChoice, cachedTokens: number, queuedUs: number): void;
  tokensOut(choice: AnswerChoice, count: number): void;
  choiceTurnedAway(outcome: Outcome): void;
  workerFailed(): void;
  /** A defect of the server: it ends this answer and nothing else. */
  broke(error: unknown): void;
}

/**
 * One choice of an answer: a sequence on a worker, and its text as far as it is out. Whatever a
 * worker's message leads to is caught here, so that a defect costs one answer, and not the others
 * that the message speaks of.
 */
export class AnswerChoice implements RequestListener {
  readonly index: number;
  readonly plan: AnswerPlan;
  readonly text: AnswerText;
  request: RequestId = NO_REQUEST;
  /** Tokens that came out of the worker. */
  emitted = 0;
  /** It is in its answer's line of choices to be written. */
  isInLine = false;
  /** Its first event was written. */
  isOpen = false;
  /** All that there is of it was taken, its finish reason included. */
  hasEnded = false;
  readonly #owner: ChoiceOwner;
  #hashes: AnswerHashes | undefined;

  constructor(
    owner: ChoiceOwner,
    index: number,
    plan: AnswerPlan,
    stop: StopSequences | undefined,
  ) {
    this.#owner = owner;
    this.index = index;
    this.plan = plan;
    this.text = new AnswerText(plan, stop);
  }

  /** Its worker has still to give it tokens. */
  get isOwed(): boolean {
    return !this.hasEnded && this.emitted < this.plan.tokens;
  }

  /** Tokens that it has cost: those sent, or while it has not ended those that came out. */
  get tokenCount(): number {
    return this.hasEnded ? this.text.tokens : this.emitted;
  }

  /** It was placed as `request`; `hashes` makes those that the worker does not have yet. */
  placed(request: RequestId, hashes: AnswerHashes | undefined): void {
    this.request = request;
    this.#hashes = hashes;
  }

  /** Tells the worker of blocks that will be full soon. */
  extendHashes(cluster: Cluster, scratch: TokenBuffer): void {
    if (this.#hashes === undefined) return;
    const hashes = this.#hashes.next(this.emitted, scratch);
    if (hashes.length > 0) cluster.extend(this.request, hashes);
    if (this.#hashes.isComplete) this.#hashes = undefined;
  }

  started(_request: RequestId, cachedTokens: number, queuedUs: number): void {
    try {
      this.#owner.choiceStarted(this, cachedTokens, queuedUs);
    } catch (error) {
      this.#owner.broke(error);
    }
  }

  tokens(_request: RequestId, count: number): void {
    try {
      this.#owner.tokensOut(this, count);
    } catch (error) {
      this.#owner.broke(error);
    }
  }

  ended(_request: RequestId, outcome: Outcome): void {
    try {
      this.#owner.choiceTurnedAway(outcome);
    } catch (error) {
      this.#owner.broke(error);
    }
  }

  failed(): void {
    try {
      this.#owner.workerFailed();
    } catch (error) {
      this.#owner.broke(error);
    }
  }
}
