import { assert } from '../../shared/assert.ts';
import { type RequestId, requestId, type WorkerId } from '../../shared/ids.ts';
import {
  type CancelCommand,
  ENDED_WORDS,
  type EventBatch,
  OUTCOME,
  type Outcome,
  outcomeOf,
  STARTED_WORDS,
  TOKEN_WORDS,
  type WorkerCommand,
} from '../../shared/protocol.ts';
import type { TimeUs } from '../../shared/units.ts';
import { PolicyError } from '../router/policy-error.ts';
import type { SmartRouter } from '../router/smart-router.ts';
import { InFlight, type Route } from './in-flight.ts';
import { type ListenerDefect, ListenerGuard } from './listener-guard.ts';
import type { ClusterRequest, Placement, RequestListener } from './request.ts';
import { RequestTable } from './request-table.ts';

/** Takes commands to the workers: a message port in real time, a direct call in virtual time. */
export interface Transport {
  send(command: WorkerCommand): void;
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
  /** Broken off because the server's own code threw. */
  defects: number;
  /** Placed on a second worker after the first one died. Not a way to end. */
  rerouted: number;
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
  readonly #guard: ListenerGuard;
  readonly #inFlight = new RequestTable<InFlight>();
  readonly #batchSeq: Float64Array;
  readonly #counts: ClusterCounts = {
    submitted: 0,
    finished: 0,
    cancelled: 0,
    rejected: 0,
    failed: 0,
    defects: 0,
    rerouted: 0,
  };
  #lastRequest = 0;

  /** `defect` hears of what listeners throw: see `ListenerGuard`. */
  constructor(
    router: SmartRouter,
    transport: Transport,
    workers: number,
    blockSize: number,
    defect?: ListenerDefect,
  ) {
    this.#router = router;
    this.#transport = transport;
    this.#blockSize = blockSize;
    this.#guard = new ListenerGuard((request) => this.breakOff(request), defect);
    this.#batchSeq = new Float64Array(workers);
  }

  get counts(): Readonly<ClusterCounts> {
    return this.#counts;
  }

  /** Requests that have not ended. */
  get inFlight(): number {
    return this.#inFlight.size;
  }

  /**
   * Places a request. Undefined, and nothing happens, when no worker can take it; throws
   * `PolicyError`, likewise, when a policy of the user's own fails.
   */
  submit(request: ClusterRequest, listener: RequestListener): Placement | undefined {
    const id = this.#nextRequestId();
    const worker = this.#router.route(request, { requestId: id, atUs: request.arrivedUs });
    if (worker === undefined) return undefined;
    this.#counts.submitted++;
    const record = new InFlight(id, request, listener, this.#routeTo(worker), this.#blockSize);
    this.#inFlight.add(id, record);
    this.#transport.send(record.command);
    return record;
  }

  /** Ends a request whose client has left. Its listener hears no more of it. */
  cancel(request: RequestId): void {
    this.#end(request, OUTCOME.cancelled);
  }

  /** Ends a request for which the server's own code threw. Its listener hears no more of it. */
  breakOff(request: RequestId): void {
    this.#end(request, OUTCOME.cancelled, true);
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
    record.extended(hashes);
  }

  /**
   * Takes in what one worker did: cache and load first, then tokens and ends. Throws when that
   * cannot be, a batch that is missing or an end of what never began: the worker, and whatever
   * brought its messages, can be trusted no more, and must be started again.
   */
  applyBatch(batch: EventBatch): void {
    this.#expect(batch);
    this.#router.applyBatch(batch);
    this.#applyRequests(batch);
  }

  /**
   * Takes in only what the batch says about requests. For a driver in which cache and load reach
   * the router by a way of their own, later. Throws as `applyBatch` does.
   */
  applyProgress(batch: EventBatch): void {
    this.#expect(batch);
    this.#applyRequests(batch);
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
    const lost = this.#inFlight.values().filter(({ worker }) => workers.includes(worker));
    for (const record of lost.sort((a, b) => this.#age(b) - this.#age(a))) {
      if (record.listener === undefined) {
        this.#count(record, record.ending ?? OUTCOME.cancelled);
        this.#inFlight.delete(record.request);
      } else if (!this.#placeAgain(record, nowUs)) {
        this.#counts.failed++;
        this.#inFlight.delete(record.request);
        this.#guard.failed(record.listener, record.request, 'worker-lost');
      }
    }
  }

  /** A worker is back, with an empty cache. */
  workerUp(worker: WorkerId): void {
    this.#router.setEligible(worker, true);
  }

  /** Workers that live have fallen behind and get no new requests, or have caught up. */
  workersBehind(workers: readonly WorkerId[], isBehind: boolean): void {
    for (const worker of workers) this.#router.setEligible(worker, !isBehind);
  }

  /** Asserts that every request is accounted for. */
  checkInvariants(): void {
    const { submitted, finished, cancelled, rejected, failed, defects } = this.#counts;
    const ended = finished + cancelled + rejected + failed + defects;
    assert(
      submitted === ended + this.#inFlight.size,
      'requests in are finished, cancelled, rejected, failed, defects or here',
    );
  }

  #end(request: RequestId, outcome: CancelCommand['outcome'], isDefect = false): void {
    const record = this.#inFlight.get(request);
    if (record === undefined || record.ending !== undefined) return;
    record.ending = outcome;
    record.isDefect = isDefect;
    record.listener = undefined;
    this.#transport.send({ kind: 'cancel', worker: record.worker, request, outcome });
  }

  #placeAgain(record: InFlight, nowUs: TimeUs): boolean {
    if (record.started || record.rerouted) return false;
    const worker = this.#routeAgain(record, nowUs);
    if (worker === undefined) return false;
    this.#counts.rerouted++;
    record.moveTo(this.#routeTo(worker), this.#blockSize, nowUs);
    this.#transport.send(record.command);
    return true;
  }

  /** Undefined also when a policy of the user's own fails. */
  #routeAgain({ request, route }: InFlight, atUs: TimeUs): WorkerId | undefined {
    try {
      return this.#router.route({ ...route, pinned: undefined }, { requestId: request, atUs });
    } catch (error) {
      if (error instanceof PolicyError) return undefined;
      throw error;
    }
  }

  #expect(batch: EventBatch): void {
    const last = this.#batchSeq[batch.worker]!;
    assert(batch.seq === last + 1, 'the batches of a worker come in order and without gaps');
    this.#batchSeq[batch.worker] = batch.seq;
  }

  #applyRequests(batch: EventBatch): void {
    this.#applyStarted(batch);
    this.#applyTokens(batch);
    this.#applyEnded(batch);
  }

  #applyStarted(batch: EventBatch): void {
    const { started } = batch;
    for (let i = 0; i < started.length; i += STARTED_WORDS) {
      const record = this.#inFlight.get(started.at(i));
      if (record === undefined) continue;
      record.started = true;
      const { hashes, promptBlocks } = record.route;
      this.#router.started(record.worker, hashes, record.bookedFrom, promptBlocks);
      const { listener } = record;
      if (listener === undefined) continue;
      const cachedTokens = started.at(i + 1);
      this.#guard.started(listener, record.request, cachedTokens, batch.queuedUsAt(i), batch);
    }
  }

  #applyTokens(batch: EventBatch): void {
    const { tokens } = batch;
    for (let i = 0; i < tokens.length; i += TOKEN_WORDS) {
      const record = this.#inFlight.get(tokens.at(i));
      const listener = record?.listener;
      if (record === undefined || listener === undefined) continue;
      const count = tokens.at(i + 1);
      this.#guard.tokens(listener, record.request, count, tokens.at(i + 2), batch);
    }
  }

  #applyEnded(batch: EventBatch): void {
    const { ended } = batch;
    for (let i = 0; i < ended.length; i += ENDED_WORDS) {
      const record = this.#inFlight.get(ended.at(i));
      assert(record?.worker === batch.worker, 'a request ends once, and on its worker');
      const outcome = outcomeOf(ended.at(i + 1));
      assert(outcome !== undefined, 'an end has an outcome');
      this.#inFlight.delete(record.request);
      this.#count(record, outcome);
      this.#router.finished(record.worker, record.route);
      if (!record.started) {
        const { hashes, promptBlocks } = record.route;
        this.#router.abandoned(record.worker, hashes, record.bookedFrom, promptBlocks);
      }
      if (record.listener !== undefined) {
        this.#guard.ended(record.listener, record.request, outcome);
      }
    }
  }

  #count({ isDefect }: InFlight, outcome: Outcome): void {
    if (isDefect) this.#counts.defects++;
    else if (outcome === OUTCOME.finished) this.#counts.finished++;
    else if (outcome === OUTCOME.cancelled) this.#counts.cancelled++;
    else this.#counts.rejected++;
  }

  /** What the router has just decided. */
  #routeTo(worker: WorkerId): Route {
    return {
      worker,
      overlapBlocks: this.#router.lastOverlapBlocks,
      bookedFrom: this.#router.lastBookedFrom,
    };
  }

  /** How many ids were given out since. */
  #age({ request }: InFlight): number {
    return (this.#lastRequest - request) >>> 0;
  }

  /** Ids count up to 2^32 - 1 and then start again with those that are free. */
  #nextRequestId(): RequestId {
    do {
      this.#lastRequest = this.#lastRequest === 0xffffffff ? 1 : this.#lastRequest + 1;
    } while (this.#inFlight.has(this.#lastRequest));
    return requestId(this.#lastRequest);
  }
}
