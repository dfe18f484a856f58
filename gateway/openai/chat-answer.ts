import type { Cluster } from '../../engine/cluster/cluster.ts';
import type { Placement, RequestListener } from '../../engine/cluster/request.ts';
import { type ApiError, apiError, type HeaderList } from '../../shared/errors.ts';
import type { RequestId } from '../../shared/ids.ts';
import { OUTCOME, type Outcome } from '../../shared/protocol.ts';
import type { PendingStream } from '../burst-writer.ts';
import type { Exchange } from '../http/exchange.ts';
import type { AnswerPlan } from './answer-plan.ts';
import type { AnswerHead } from './chat-response.ts';
import type { Usage } from './usage.ts';

/** What an answer needs of the server around it. */
export interface AnswerHost {
  readonly cluster: Cluster;
  nowUs(): number;
  /** When the batch of events that is being applied came in. */
  readonly batchUs: number;
  /** Requests that may wait on one worker, to be named when that is too few. */
  readonly maxWaiting: number;
  /** The first token is out. The worker had `cachedTokens` of the prompt. */
  firstToken(answer: ChatAnswer, cachedTokens: number): void;
  /** `count` further tokens of a stream are out, `gapUs` apart on average. */
  nextTokens(answer: ChatAnswer, count: number, gapUs: number): void;
  /** Calls the stream's `flush` at the end of this turn of the event loop. */
  writeLater(stream: PendingStream): void;
  /** Nothing more will be sent. */
  answerEnded(answer: ChatAnswer, end: AnswerEnd): void;
}

/** How an answer ended. */
export type AnswerEnd = 'completed' | 'failed' | 'cancelled';

/** What is known of an answer before it is placed. */
export interface AnswerStart {
  readonly exchange: Exchange;
  readonly head: AnswerHead;
  /** One for each choice. */
  readonly plans: readonly AnswerPlan[];
  readonly usage: Usage;
  /** Label of the model in the metrics. */
  readonly modelLabel: number;
  /** The limit that the request set on the answer, in tokens, or 0. */
  readonly outputLimit: number;
  /** The error if the request turns out never to fit a worker. */
  readonly tooLong: () => ApiError;
}

/**
 * The answer to one request, one sequence for each choice, from its placement to the last byte. The
 * texts are known from the start; the workers only say when each token comes out.
 */
export abstract class ChatAnswer implements RequestListener {
  readonly start: AnswerStart;
  /** When the last token came out; when the request arrived, before the first. */
  progressUs: number;
  hasStarted = false;
  /** Spans from the arrival to the admission and to the first token; -1 before it. */
  queuedUs = 0;
  ttftUs = -1;
  protected readonly host: AnswerHost;
  /** Tokens that came out, for each choice. */
  readonly #emitted: number[];
  readonly #requests: RequestId[] = [];
  #placement: Placement | undefined;
  #routeUs = 0;
  #hasEnded = false;

  constructor(start: AnswerStart, host: AnswerHost) {
    this.start = start;
    this.host = host;
    this.progressUs = start.exchange.arrivedUs;
    this.#emitted = start.plans.map(() => 0);
    start.exchange.onGone(() => this.#stop('cancelled'));
  }

  abstract readonly isStream: boolean;

  /** The next choice was placed, as this request. */
  placed(request: RequestId): void {
    this.#requests.push(request);
  }

  /**
   * Where the first choice was placed, and how long that took, for the answer's headers. Should its
   * worker die before it begins, `placement` says where it was placed then.
   */
  routed(placement: Placement, routeUs: number): void {
    this.#placement = placement;
    this.#routeUs = routeUs;
  }

  started(_request: RequestId, cachedTokens: number, queuedUs: number): void {
    if (this.#hasEnded || this.hasStarted) return;
    const { exchange, usage } = this.start;
    this.hasStarted = true;
    this.queuedUs = queuedUs;
    this.ttftUs = this.host.batchUs - exchange.arrivedUs;
    this.progressUs = this.host.batchUs;
    usage.cachedTokens = Math.max(usage.cachedTokens, cachedTokens);
    this.host.firstToken(this, cachedTokens);
  }

  tokens(request: RequestId, count: number): void {
    if (this.#hasEnded) return;
    const choice = this.#requests.length === 1 ? 0 : this.#requests.indexOf(request);
    const before = this.emittedOf(choice);
    this.#emitted[choice] = before + count;
    if (this.isStream && before > 0) {
      this.host.nextTokens(this, count, (this.host.batchUs - this.progressUs) / count);
    }
    this.progressUs = this.host.batchUs;
    this.progressed();
  }

  ended(_request: RequestId, outcome: Outcome): void {
    if (outcome === OUTCOME.queueFull) {
      this.fail(apiError('queue_full', { waiting: this.host.maxWaiting }));
    } else if (outcome === OUTCOME.tooLong) {
      this.fail(this.start.tooLong());
    }
  }

  failed(): void {
    this.fail(apiError('worker_failed', {}));
  }

  /** Ends the answer with an error: with its own status if nothing was sent, else as an event. */
  fail(error: ApiError): void {
    if (this.#hasEnded) return;
    this.sendFailure(error);
    this.#stop('failed');
  }

  /** Tokens that came out, over all choices and of the choice that has most. */
  get emittedTokens(): { readonly sum: number; readonly longest: number } {
    let sum = 0;
    let longest = 0;
    for (const tokens of this.#emitted) {
      sum += tokens;
      longest = Math.max(longest, tokens);
    }
    return { sum, longest };
  }

  /** Tokens of one choice that came out. */
  protected emittedOf(choice: number): number {
    return this.#emitted[choice] ?? 0;
  }

  /** More tokens are out than before. */
  protected abstract progressed(): void;

  /** Breaks the silence of a stream that has had none but `intervalUs` of it. */
  abstract keepAlive(nowUs: number, intervalUs: number): void;

  /** Headers of the answer, known when its first token is out. */
  protected get headers(): HeaderList {
    // A line break in a value starts the next header: five of them cost one call into native code.
    const processingMs = Math.round(this.ttftUs / 1000);
    const lines =
      `${processingMs}\r\nopenai-version: 2020-10-01` +
      `\r\nx-fakeai-worker: worker-${this.#placement?.worker}` +
      `\r\nx-fakeai-overlap-blocks: ${this.#placement?.overlapBlocks}` +
      `\r\nx-fakeai-route-us: ${this.#routeUs}`;
    return [['openai-processing-ms', lines]];
  }

  protected abstract sendFailure(error: ApiError): void;

  /** Counts one sent token of a choice. */
  protected count(plan: AnswerPlan, index: number): void {
    this.start.usage.completionTokens++;
    if (index < plan.reasoningTokens) this.start.usage.reasoningTokens++;
  }

  /** The last byte has been handed over. */
  protected complete(): void {
    this.#hasEnded = true;
    this.host.answerEnded(this, 'completed');
  }

  #stop(end: AnswerEnd): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    for (const request of this.#requests) this.host.cluster.cancel(request);
    this.host.answerEnded(this, end);
  }
}
