import { assert } from '../../shared/assert.ts';
import { NO_REQUEST, type RequestId, requestId, type WorkerId } from '../../shared/ids.ts';
import {
  type CancelCommand,
  ENDED_WORDS,
  type EventBatch,
  OUTCOME,
  type Outcome,
  outcomeOf,
  STARTED_WORDS,
  type SubmitCommand,
  TOKEN_WORDS,
  type WorkerCommand,
} from '../../shared/protocol.ts';
import type { TimeUs } from '../../shared/units.ts';
import type { RouteRequest } from '../router/routing-policy.ts';
import type { SmartRouter } from '../router/smart-router.ts';

/** Takes commands to the workers: a message port in real time, a direct call in virtual time. */
export interface Transport {
  send(command: WorkerCommand): void;
}

/** One sequence as the gateway or a replay hands it in. */
export interface ClusterRequest extends RouteRequest {
  readonly arrivedUs: TimeUs;
  readonly outputTokens: number;
  readonly priority: number;
  readonly seed: number;
  readonly prefillScale: number;
  readonly profile: number;
  readonly siblingOf: RequestId;
}

/** Told what becomes of a request. Exactly one of `ended` and `failed` is the last call. */
export interface RequestListener {
  /** The first token is out, `queuedUs` of the wait for it before admission. */
  started(request: RequestId, cachedTokens: number, queuedUs: number, batch: EventBatch): void;
  /** `count` tokens came out, the last of them `lateUs` after it was due on the worker. */
  tokens(request: RequestId, count: number, lateUs: number, batch: EventBatch): void;
  ended(request: RequestId, outcome: Outcome): void;
  /** Its worker died, and it cannot be served by another one. */
  failed(request: RequestId): void;
}

/** What the cluster knows of a request in flight. */
export interface Placement {
  readonly request: RequestId;
  readonly worker: WorkerId;
  /** Prompt blocks that the router saw on the worker. */
  readonly overlapBlocks: number;
}

/** Requests by what became of them; with those in flight they add up to `submitted`. */
export interface ClusterCounts {
  submitted: number;
  finished: number;
  cancelled: number;
  /** Turned away by the worker: its queue was full, or the request can never fit. */
  rejected: number;
  /** Lost with their worker. */
  failed: number;
  /** Placed on a second worker after the first one died. Not a way to end. */
  rerouted: number;
}

interface InFlight extends Placement {
  worker: WorkerId;
  overlapBlocks: number;
  command: SubmitCommand;
  route: RouteRequest;
  bookedFrom: number;
  started: boolean;
  rerouted: boolean;
  /** What it has been told to end with, if it has. */
  ending: CancelCommand['outcome'] | undefined;
  /** Undefined once it has been told to end: nobody wants to hear more of it. */
  listener: RequestListener | undefined;
}

/**
 * The simulated cluster as its clients see it: places each request with the router, hands it to a
 * worker, and tells its listener what the worker's batches say. Real time and virtual time differ
 * in the transport and in who calls `applyBatch`, not in anything here.
 */
export class Cluster {
  readonly #router: SmartRouter;
  readonly #transport: Transport;
  readonly #blockSize: number;
  readonly #inFlight = new Map<number, InFlight>();
  readonly #batchSeq: Float64Array;
  readonly #counts: ClusterCounts = {
    submitted: 0,
    finished: 0,
    cancelled: 0,
    rejected: 0,
    failed: 0,
    rerouted: 0,
  };
  #lastRequest = 0;

  constructor(router: SmartRouter, transport: Transport, workers: number, blockSize: number) {
    this.#router = router;
    this.#transport = transport;
    this.#blockSize = blockSize;
    this.#batchSeq = new Float64Array(workers);
  }

  get counts(): Readonly<ClusterCounts> {
    return this.#counts;
  }

  /** Requests that have not ended. */
  get inFlight(): number {
    return this.#inFlight.size;
  }

  /** Places a request. Undefined, and nothing happens, when no worker can take it. */
  submit(request: ClusterRequest, listener: RequestListener): Placement | undefined {
    const id = this.#nextRequestId();
    const worker = this.#router.route(request, { requestId: id, atUs: request.arrivedUs });
    if (worker === undefined) return undefined;
    this.#counts.submitted++;
    const overlapBlocks = this.#router.lastOverlapBlocks;
    const record: InFlight = {
      request: id,
      worker,
      overlapBlocks,
      command: this.#submitCommand(request, id, worker, overlapBlocks),
      route: request,
      bookedFrom: this.#router.lastBookedFrom,
      started: false,
      rerouted: false,
      ending: undefined,
      listener,
    };
    this.#inFlight.set(id, record);
    this.#transport.send(record.command);
    return record;
  }

  /** Ends a request whose client has left. Its listener hears no more of it. */
  cancel(request: RequestId): void {
    this.#end(request, OUTCOME.cancelled);
  }

  /** Ends a request whose text has come to a stop sequence. Its listener hears no more of it. */
  stop(request: RequestId): void {
    this.#end(request, OUTCOME.finished);
  }

  /**
   * Hands the worker further block hashes of a request's answer, (lo, hi) pairs, after those that
   * it has. A request that has ended needs none.
   */
  extend(request: RequestId, hashes: Uint32Array): void {
    const record = this.#inFlight.get(request);
    if (record === undefined || record.listener === undefined) return;
    this.#transport.send({ kind: 'extend', worker: record.worker, request, hashes });
    if (record.started) return;
    // It may yet be placed on another worker, which has heard of none of them.
    const all = new Uint32Array(record.command.hashes.length + hashes.length);
    all.set(record.command.hashes);
    all.set(hashes, record.command.hashes.length);
    record.command = { ...record.command, hashes: all };
  }

  /** Takes in what one worker did: cache and load first, then tokens and ends. */
  applyBatch(batch: EventBatch): void {
    this.#router.applyBatch(batch);
    this.applyProgress(batch);
  }

  /**
   * Takes in only what the batch says about requests. For a driver in which cache and load reach
   * the router by a way of their own, later.
   */
  applyProgress(batch: EventBatch): void {
    const last = this.#batchSeq[batch.worker]!;
    assert(batch.seq === last + 1, 'the batches of a worker come in order and without gaps');
    this.#batchSeq[batch.worker] = batch.seq;
    this.#applyStarted(batch);
    this.#applyTokens(batch);
    this.#applyEnded(batch);
  }

  /**
   * Workers have died, those of one thread at once. Requests without a token are placed once more;
   * the others have failed. The transport must have dropped what it still had for those workers.
   */
  workersDown(workers: readonly WorkerId[], nowUs: TimeUs): void {
    for (const worker of workers) {
      this.#router.setEligible(worker, false);
      this.#router.forget(worker);
      this.#batchSeq[worker] = 0;
    }
    const lost: InFlight[] = [];
    for (const record of this.#inFlight.values()) {
      if (workers.includes(record.worker)) lost.push(record);
    }
    for (const record of lost) {
      if (record.listener === undefined) {
        this.#count(record.ending ?? OUTCOME.cancelled);
        this.#inFlight.delete(record.request);
      } else if (!this.#placeAgain(record, nowUs)) {
        this.#counts.failed++;
        this.#inFlight.delete(record.request);
        record.listener.failed(record.request);
      }
    }
  }

  /** A worker is back, with an empty cache. */
  workerUp(worker: WorkerId): void {
    this.#router.setEligible(worker, true);
  }

  /** Asserts that every request is accounted for. */
  checkInvariants(): void {
    const { submitted, finished, cancelled, rejected, failed } = this.#counts;
    const accounted = finished + cancelled + rejected + failed + this.#inFlight.size;
    assert(
      submitted === accounted,
      'requests in are finished, cancelled, rejected, failed or here',
    );
  }

  #end(request: RequestId, outcome: CancelCommand['outcome']): void {
    const record = this.#inFlight.get(request);
    if (record === undefined || record.ending !== undefined) return;
    record.ending = outcome;
    record.listener = undefined;
    this.#transport.send({ kind: 'cancel', worker: record.worker, request, outcome });
  }

  #placeAgain(record: InFlight, nowUs: TimeUs): boolean {
    if (record.started || record.rerouted) return false;
    const route = { ...record.route, pinned: undefined };
    const worker = this.#router.route(route, { requestId: record.request, atUs: nowUs });
    if (worker === undefined) return false;
    this.#counts.rerouted++;
    record.rerouted = true;
    record.worker = worker;
    record.overlapBlocks = this.#router.lastOverlapBlocks;
    record.bookedFrom = this.#router.lastBookedFrom;
    record.command = {
      ...record.command,
      worker,
      arrivedUs: nowUs,
      expectedCachedTokens: record.overlapBlocks * this.#blockSize,
      siblingOf: NO_REQUEST,
    };
    this.#transport.send(record.command);
    return true;
  }

  #applyStarted(batch: EventBatch): void {
    const { started } = batch;
    for (let i = 0; i < started.length; i += STARTED_WORDS) {
      const record = this.#inFlight.get(started.at(i));
      if (record === undefined) continue;
      record.started = true;
      const { hashes, promptBlocks } = record.route;
      this.#router.started(record.worker, hashes, record.bookedFrom, promptBlocks);
      record.listener?.started(record.request, started.at(i + 1), batch.queuedUsAt(i), batch);
    }
  }

  #applyTokens(batch: EventBatch): void {
    const { tokens } = batch;
    for (let i = 0; i < tokens.length; i += TOKEN_WORDS) {
      const record = this.#inFlight.get(tokens.at(i));
      record?.listener?.tokens(record.request, tokens.at(i + 1), tokens.at(i + 2), batch);
    }
  }

  #applyEnded(batch: EventBatch): void {
    const { ended } = batch;
    for (let i = 0; i < ended.length; i += ENDED_WORDS) {
      const record = this.#inFlight.get(ended.at(i));
      assert(record !== undefined, 'a request ends once');
      const outcome = outcomeOf(ended.at(i + 1));
      assert(outcome !== undefined, 'an end has an outcome');
      this.#inFlight.delete(record.request);
      this.#router.finished(record.worker);
      if (!record.started) {
        const { hashes, promptBlocks } = record.route;
        this.#router.abandoned(record.worker, hashes, record.bookedFrom, promptBlocks);
      }
      this.#count(outcome);
      record.listener?.ended(record.request, outcome);
    }
  }

  #count(outcome: Outcome): void {
    if (outcome === OUTCOME.finished) this.#counts.finished++;
    else if (outcome === OUTCOME.cancelled) this.#counts.cancelled++;
    else this.#counts.rejected++;
  }

  #submitCommand(
    request: ClusterRequest,
    id: RequestId,
    worker: WorkerId,
    overlapBlocks: number,
  ): SubmitCommand {
    return {
      kind: 'submit',
      worker,
      request: id,
      arrivedUs: request.arrivedUs,
      promptTokens: request.promptTokens,
      expectedCachedTokens: overlapBlocks * this.#blockSize,
      outputTokens: request.outputTokens,
      priority: request.priority,
      seed: request.seed,
      prefillScale: request.prefillScale,
      profile: request.profile,
      siblingOf: request.siblingOf,
      hashes: request.hashes,
    };
  }

  /** Ids count up to 2^32 - 1 and then start again with those that are free. */
  #nextRequestId(): RequestId {
    do {
      this.#lastRequest = this.#lastRequest === 0xffffffff ? 1 : this.#lastRequest + 1;
    } while (this.#inFlight.has(this.#lastRequest));
    return requestId(this.#lastRequest);
  }
}
