import type { Cluster } from '../../engine/cluster/cluster.ts';
import type { Failure, RequestListener } from '../../engine/cluster/request.ts';
import { NO_REQUEST, type RequestId } from '../../shared/ids.ts';
import type { Outcome } from '../../shared/protocol.ts';
import type { StopSequences } from '../text/stop-matcher.ts';
import type { TokenBuffer } from '../text/token-buffer.ts';
import type { AnswerHashes } from './answer-hashes.ts';
import type { AnswerPlan } from './answer-plan.ts';
import { AnswerText } from './answer-text.ts';
import type { PlannedPrompt } from './planned-prompt.ts';
import type { TokenReader } from './token-reader.ts';

/** The answer that choices belong to, as they see it. */
export interface ChoiceOwner {
  choiceStarted(choice: AnswerChoice, cachedTokens: number, queuedUs: number): void;
  tokensOut(choice: AnswerChoice, count: number): void;
  choiceEnded(choice: AnswerChoice, outcome: Outcome): void;
  choiceFailed(failure: Failure): void;
}

/** One choice of an answer: a sequence on a worker, and its text as far as it was taken. */
export class AnswerChoice implements RequestListener {
  readonly index: number;
  readonly prompt: PlannedPrompt;
  readonly plan: AnswerPlan;
  readonly text: AnswerText;
  request: RequestId = NO_REQUEST;
  /** Tokens that came out of the worker. */
  emitted = 0;
  /** The worker has computed the prompt of an answer without tokens. */
  isComputed = false;
  /** It is in its answer's line of choices to be written. */
  isInLine = false;
  /** Its first event was written. */
  isOpen = false;
  /** The segment whose beginning was told and whose end was not, or -1. */
  openSegment = -1;
  /** Its last event was made. */
  isFinished = false;
  /** What is left of events that are written in parts before anything else of it. */
  parts: Iterator<string, void, undefined> | undefined;
  /** Where each token has an event of its own: reads those that are to be written. */
  reader: TokenReader | undefined;
  /** All that there is of it was taken, its finish reason included. */
  hasEnded = false;
  readonly #owner: ChoiceOwner;
  #hashes: AnswerHashes | undefined;
  #isExtending = false;

  constructor(
    owner: ChoiceOwner,
    index: number,
    prompt: PlannedPrompt,
    plan: AnswerPlan,
    stop: StopSequences | undefined,
  ) {
    this.#owner = owner;
    this.index = index;
    this.prompt = prompt;
    this.plan = plan;
    this.text = new AnswerText(plan, stop);
  }

  /** Its worker has still to give it tokens, or to compute its prompt if it has none. */
  get isOwed(): boolean {
    if (this.hasEnded) return false;
    return this.plan.tokens === 0 ? !this.isComputed : this.emitted < this.plan.tokens;
  }

  /** There is more to be written than was. */
  get hasMore(): boolean {
    if (this.hasEnded) return false;
    const { text } = this;
    if (this.parts !== undefined) return true;
    return text.hasEnded || text.taken < this.emitted || this.reader?.hasNext === true;
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

  /** True once it has come so far that `extendHashes` is to be called, which it is from then on. */
  askForHashes(): boolean {
    if (this.#isExtending || this.#hashes === undefined) return false;
    this.#isExtending = this.#hashes.areNeededAt(this.emitted);
    return this.#isExtending;
  }

  /** Tells the worker of blocks that will be full soon. */
  extendHashes(cluster: Cluster, scratch: TokenBuffer): void {
    this.#isExtending = false;
    if (this.#hashes === undefined || !this.isOwed) return;
    const hashes = this.#hashes.next(this.emitted, scratch);
    if (hashes.length > 0) cluster.extend(this.request, hashes);
    if (this.#hashes.isComplete) this.#hashes = undefined;
  }

  started(_request: RequestId, cachedTokens: number, queuedUs: number): void {
    this.#owner.choiceStarted(this, cachedTokens, queuedUs);
  }

  tokens(_request: RequestId, count: number): void {
    this.#owner.tokensOut(this, count);
  }

  ended(_request: RequestId, outcome: Outcome): void {
    this.#owner.choiceEnded(this, outcome);
  }

  failed(_request: RequestId, failure: Failure): void {
    this.#owner.choiceFailed(failure);
  }
}
