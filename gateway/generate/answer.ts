import type { Cluster } from '../../engine/cluster/cluster.ts';
import type { Failure, Placement } from '../../engine/cluster/request.ts';
import { type ApiError, apiError } from '../../shared/errors.ts';
import { NO_REQUEST } from '../../shared/ids.ts';
import { OUTCOME, type Outcome } from '../../shared/protocol.ts';
import type { Exchange, ExchangeListener } from '../http/exchange.ts';
import type { TokenBuffer } from '../text/token-buffer.ts';
import { AnswerChoice, type ChoiceOwner } from './answer-choice.ts';
import type { AnswerFacts } from './answer-encoder.ts';
import type { AnswerStart } from './answer-start.ts';
import type { PendingAnswer } from './burst-writer.ts';
import { tooLong } from './context-limits.ts';
import type { Finish, FinishReason } from './finish.ts';
import { HashExtender } from './hash-extender.ts';

/** What an answer needs of the server around it. */
export interface AnswerHost {
  readonly cluster: Cluster;
  nowUs(): number;
  /** When the batch of events that is being applied came in. */
  readonly batchUs: number;
  /** Requests that may wait on one worker, to be named when that is too few. */
  readonly maxWaiting: number;
  /** For token ids that nobody needs after the call: overwritten by each use. */
  readonly scratch: TokenBuffer;
  /** The first token is out. The worker had `cachedTokens` of the prompt. */
  firstToken(answer: Answer, cachedTokens: number): void;
  /** `count` further tokens of a stream are out, `gapUs` apart on average. */
  nextTokens(answer: Answer, count: number, gapUs: number): void;
  /** Calls the answer's `flush` at the end of this turn of the event loop. */
  writeLater(answer: PendingAnswer): void;
  /** Calls `flush` now, if this turn has room for it, else later. */
  writeWhole(answer: PendingAnswer): void;
  /** Nothing more will be sent. */
  answerEnded(answer: Answer, finish: Finish): void;
  /** The server's own code threw while it made the answer. */
  defect(error: unknown, exchange: Exchange): void;
}

/**
 * The answer to one request of any endpoint, one sequence for each choice, from its placement to
 * the last byte. The workers say when each token comes out; its text is made when it is written, in
 * slices as large as a turn of the event loop has room for.
 */
export abstract class Answer implements ChoiceOwner, PendingAnswer, ExchangeListener, AnswerFacts {
  readonly start: AnswerStart;
  readonly choices: readonly AnswerChoice[];
  listedAt = -1;
  /** When the last token came out; when the request arrived, before the first. */
  progressUs: number;
  hasStarted = false;
  /** Spans from the arrival to the admission and to the first token; -1 before it. */
  queuedUs = 0;
  ttftUs = -1;
  placement: Placement | undefined;
  routeUs = 0;
  protected readonly host: AnswerHost;
  /** Choices with tokens that are out and were not taken, in the order of their turns. */
  protected readonly line: AnswerChoice[] = [];
  /** Choices of which not all was taken. */
  protected choicesLeft: number;
  /** Events that may still be written in this turn. */
  protected eventsLeft = 0;
  /** Choices whose worker has still to give them tokens. */
  #choicesOwed: number;
  #waiting: PendingAnswer | undefined;
  #extender: HashExtender | undefined;
  #willFlush = false;
  #hasEnded = false;
  #burst: (() => void) | undefined;

  constructor(start: AnswerStart, host: AnswerHost) {
    const { prompts, stop, exchange } = start;
    this.start = start;
    this.host = host;
    const choices: AnswerChoice[] = [];
    for (const prompt of prompts) {
      for (const plan of prompt.plans) {
        choices.push(new AnswerChoice(this, choices.length, prompt, plan, stop));
      }
    }
    this.choices = choices;
    this.choicesLeft = choices.length;
    this.#choicesOwed = choices.length;
    this.progressUs = exchange.arrivedUs;
    exchange.attend(this);
  }

  abstract readonly isStream: boolean;

  gone(): void {
    this.#stop('abort');
  }

  room(): void {
    this.flushSoon();
  }

  /**
   * Where the first choice was placed, and how long that took. Should its worker die before it
   * begins, `placement` says where it was placed then.
   */
  routed(placement: Placement, routeUs: number): void {
    this.placement = placement;
    this.routeUs = routeUs;
  }

  /** Nothing more will be sent. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Why the first choice ended. */
  get finishReason(): FinishReason {
    return this.choices[0]?.text.finishReason ?? 'stop';
  }

  /**
   * The workers have still to give it tokens: its silence may be theirs. Prompts alone have none,
   * however long one waits after another.
   */
  get isOwed(): boolean {
    return this.#choicesOwed > 0 && this.choices[0]?.plan.tokens !== 0;
  }

  /** Choices that are not placed yet, or whose workers have not done their part. */
  get choicesOwed(): number {
    return this.#choicesOwed;
  }

  /** Has `pending` flushed once one choice less is owed. */
  whenOneIsDone(pending: PendingAnswer): void {
    this.#waiting = pending;
  }

  /** The workers have done their part, and the client does not take what it was given. */
  get isStalled(): boolean {
    return !this.isOwed && this.start.exchange.isBlocked;
  }

  choiceStarted({ prompt }: AnswerChoice, cachedTokens: number, queuedUs: number): void {
    if (this.#hasEnded || prompt.hasStarted) return;
    const { exchange, usage } = this.start;
    prompt.hasStarted = true;
    usage.cachedTokens += Math.max(0, cachedTokens - prompt.cachedTokens);
    if (this.hasStarted) return;
    this.hasStarted = true;
    this.queuedUs = queuedUs;
    this.ttftUs = this.host.batchUs - exchange.arrivedUs;
    this.progressUs = this.host.batchUs;
    this.host.firstToken(this, cachedTokens);
  }

  tokensOut(choice: AnswerChoice, count: number): void {
    if (this.#hasEnded || choice.hasEnded) return;
    const { host } = this;
    if (this.isStream && choice.emitted > 0) {
      host.nextTokens(this, count, (host.batchUs - this.progressUs) / count);
    }
    choice.emitted += count;
    this.progressUs = host.batchUs;
    if (!choice.isOwed) this.#settled();
    else if (choice.askForHashes()) {
      this.#extender ??= new HashExtender(this);
      this.#extender.add(choice);
    }
    this.progressed(choice);
  }

  choiceEnded(choice: AnswerChoice, outcome: Outcome): void {
    const { prompt } = choice;
    if (outcome === OUTCOME.finished) {
      if (choice.isOwed) this.#computed(choice);
    } else if (outcome === OUTCOME.queueFull) {
      this.fail(apiError('queue_full', { waiting: this.host.maxWaiting }));
    } else if (outcome === OUTCOME.tooLong) {
      const { promptParam, window } = this.start;
      this.fail(tooLong(promptParam, window, prompt.tokens, prompt.plans[0]?.tokens ?? 0));
    }
  }

  choiceFailed(failure: Failure): void {
    if (failure === 'defect') this.#breakOff();
    else this.fail(apiError('worker_failed', {}));
  }

  extend(choice: AnswerChoice): void {
    choice.extendHashes(this.host.cluster, this.host.scratch);
  }

  extendLater(extender: HashExtender): void {
    this.host.writeLater(extender);
  }

  /** Ends the answer with an error: with its own status if nothing was sent. */
  fail(error: ApiError): void {
    this.#fail(error, false);
  }

  broke(error: unknown): void {
    this.host.defect(error, this.start.exchange);
    this.#breakOff();
  }

  /** Gives up a client that does not take its answer. */
  dropClient(): void {
    if (this.#hasEnded) return;
    this.start.exchange.dropClient();
    this.#stop('abort');
  }

  /** Tokens that it has cost, over all choices and of the choice that has most. */
  get tokenCounts(): { readonly sum: number; readonly longest: number } {
    let sum = 0;
    let longest = 0;
    for (const { tokenCount } of this.choices) {
      sum += tokenCount;
      longest = Math.max(longest, tokenCount);
    }
    return { sum, longest };
  }

  flush(events: number): number {
    const { exchange } = this.start;
    this.#willFlush = false;
    if (this.#hasEnded || exchange.isBlocked) return 0;
    this.eventsLeft = events;
    this.write();
    if (this.eventsLeft <= 0) this.flushSoon();
    return events - this.eventsLeft;
  }

  /** Has `writeBurst` called for one burst after another, until there is no room or no more. */
  protected writeBursts(): void {
    const { exchange } = this.start;
    this.#burst ??= () => this.#guardBurst();
    do exchange.cork(this.#burst);
    while (exchange.isFull && !exchange.isBlocked && exchange.isOpen && this.eventsLeft > 0);
  }

  /** There is room in this burst, in this turn, and with the client. */
  protected get mayWrite(): boolean {
    const { exchange } = this.start;
    return this.eventsLeft > 0 && !exchange.isFull && !exchange.isBlocked;
  }

  /** Has `flush` called, at the end of this turn of the event loop. */
  protected flushSoon(): void {
    if (this.#willFlush || this.#hasEnded) return;
    this.#willFlush = true;
    this.host.writeLater(this);
  }

  /** Has `flush` called now if there is room: the answer has nothing more to wait for. */
  protected flushNow(): void {
    if (this.#willFlush || this.#hasEnded) return;
    this.#willFlush = true;
    this.host.writeWhole(this);
  }

  /** The choice has tokens to be taken. */
  protected lineUp(choice: AnswerChoice): void {
    if (!choice.isInLine) {
      choice.isInLine = true;
      this.line.push(choice);
    }
    this.flushSoon();
  }

  /** `choice`, the first in line, has had its turn; it lines up again if it has more. */
  protected hadItsTurn(choice: AnswerChoice): void {
    this.line.shift();
    choice.isInLine = choice.hasMore;
    if (choice.isInLine) this.line.push(choice);
  }

  /** All that there is of a choice was taken. A stop sequence ends its sequence as well. */
  protected endChoice(choice: AnswerChoice): void {
    if (choice.isOwed) {
      this.#settled();
      this.host.cluster.stop(choice.request);
    }
    choice.hasEnded = true;
    this.choicesLeft--;
  }

  /** More tokens of `choice` are out than before. */
  protected abstract progressed(choice: AnswerChoice): void;

  /** Writes what is out, until `eventsLeft` is used up or the client takes no more. */
  protected abstract write(): void;

  /** Writes parts while `mayWrite` holds. Inside a cork. */
  protected abstract writeBurst(): void;

  protected abstract sendFailure(error: ApiError): void;

  /** Breaks the silence of a stream that has had none but `intervalUs` of it. */
  abstract readonly keepAliveIsComment: boolean;
  abstract keepAlive(nowUs: number, intervalUs: number): void;

  /** The last byte has been handed over. */
  protected complete(): void {
    this.#hasEnded = true;
    this.host.answerEnded(this, this.finishReason === 'length' ? 'length' : 'stop');
  }

  /** Runs in a call from native code, through which no error should pass. */
  #guardBurst(): void {
    try {
      this.writeBurst();
    } catch (error) {
      this.broke(error);
    }
  }

  /** The worker of a choice has done its part. */
  #settled(): void {
    this.#choicesOwed--;
    if (this.#waiting === undefined) return;
    this.host.writeLater(this.#waiting);
    this.#waiting = undefined;
  }

  /** The prompt of a choice without tokens is computed, which is all that was owed. */
  #computed(choice: AnswerChoice): void {
    if (this.#hasEnded) return;
    choice.isComputed = true;
    this.progressUs = this.host.batchUs;
    this.#settled();
    this.progressed(choice);
  }

  #breakOff(): void {
    this.#fail(apiError('internal_error', {}), true);
  }

  #fail(error: ApiError, isDefect: boolean): void {
    if (this.#hasEnded) return;
    let hasBroken = isDefect;
    try {
      this.sendFailure(error);
    } catch (defect) {
      hasBroken = true;
      this.host.defect(defect, this.start.exchange);
      this.start.exchange.breakOff();
    }
    this.#stop('error', hasBroken);
  }

  #stop(finish: Finish, isDefect = false): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    const { cluster } = this.host;
    for (const { request } of this.choices) {
      if (request === NO_REQUEST) continue;
      if (isDefect) cluster.breakOff(request);
      else cluster.cancel(request);
    }
    this.host.answerEnded(this, finish);
  }
}
