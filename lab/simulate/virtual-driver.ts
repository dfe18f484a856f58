import { Cluster, type Transport } from '../../engine/cluster/cluster.ts';
import type { Placement } from '../../engine/cluster/request.ts';
import type { Decision } from '../../engine/router/decision-log.ts';
import { PolicyError } from '../../engine/router/policy-error.ts';
import type { RoutingPolicy } from '../../engine/router/routing-policy.ts';
import { SmartRouter } from '../../engine/router/smart-router.ts';
import { SimulatedWorker } from '../../engine/worker/worker.ts';
import { assert } from '../../shared/assert.ts';
import { HASH_WORDS } from '../../shared/block-hash.ts';
import { workerId } from '../../shared/ids.ts';
import { IndexedHeap } from '../../shared/indexed-heap.ts';
import { EventBatch, OUTCOME, type Outcome, type WorkerCommand } from '../../shared/protocol.ts';
import { combineSeeds } from '../../shared/rng.ts';
import { NEVER_US, type TimeUs, timeUs, ZERO_US } from '../../shared/units.ts';
import { ArrivalLog, type ArrivalOrder } from '../measure/arrival-log.ts';
import { Recorder } from '../measure/recorder.ts';
import { TraceRequest, type TraceSource } from '../traces/trace-source.ts';
import { LateReports } from './late-reports.ts';
import { PendingTurns } from './pending-turns.ts';
import { RemoteFetches, type Transfer } from './remote-fetches.ts';
import type { ReplayConfig, ReplayTuning } from './replay-config.ts';
import { type ReplayObserver, ReplayRequest } from './replay-request.ts';
import { TimelyIndex } from './timely-index.ts';

/** Size of the pieces in which block hashes are allocated. */
const HASHES_WORDS = 1 << 16;

/** Decisions that are explained, the last ones of a replay whose records are asked for. */
const DECISIONS_KEPT = 4096;

/** Arrivals between two calls of `onArrivals`. */
const PROGRESS_EVERY = 1024;

/**
 * Runs a trace through router and workers in virtual time: jumps to the next thing that happens,
 * and hands it on by a direct call. At one instant arrivals come first, those of the trace before
 * turns that waited for an answer; then blocks that arrive from other workers; then what is due on
 * the workers, by their number; then reports that reach the router late.
 */
export class VirtualDriver implements Transport, ReplayObserver {
  readonly recorder: Recorder;
  readonly #config: ReplayConfig;
  readonly #onArrivals: (requests: number) => void;
  readonly #source: TraceSource;
  readonly #router: SmartRouter;
  readonly #cluster: Cluster;
  readonly #workers: readonly SimulatedWorker[];
  /** Workers by when they have something to do. */
  readonly #wakes = new IndexedHeap();
  readonly #turns: PendingTurns;
  readonly #late: LateReports | undefined;
  /** What workers hold, where the router's own index does not say so. */
  readonly #timely: TimelyIndex | undefined;
  readonly #fetches: RemoteFetches | undefined;
  /** What the request that was placed last waits for. */
  #transfer: Transfer | undefined;
  readonly #batch = new EventBatch(workerId(0));
  /** The next request of the trace that waits for no answer, and when it arrives. */
  readonly #ahead = new TraceRequest();
  #aheadUs: number = NEVER_US;
  readonly #turn = new TraceRequest();
  readonly #log = new ArrivalLog();
  #hashes = new Uint32Array(0);
  #hashesUsed = 0;
  #arrived = 0;
  #nowUs = ZERO_US;

  constructor(
    config: ReplayConfig,
    source: TraceSource,
    tuning: ReplayTuning = {},
    policy?: RoutingPolicy,
  ) {
    const hasModule = config.policyModule !== undefined;
    assert(hasModule === (policy !== undefined), 'a policy is given where it is that of a module');
    const { router, worker, stalenessUs, remoteFetch } = config;
    const { maxEqualSteps, records = false, onArrivals } = tuning;
    this.#config = config;
    this.#source = source;
    this.#onArrivals = onArrivals ?? (() => {});
    const decisionLogCapacity = records ? DECISIONS_KEPT : 0;
    this.#router = new SmartRouter({ ...router, decisionLogCapacity }, policy);
    this.#cluster = new Cluster(this.#router, this, router.workers, router.blockSize);
    this.#workers = Array.from(
      { length: router.workers },
      (_, index) =>
        new SimulatedWorker(
          workerId(index),
          worker,
          maxEqualSteps === undefined ? {} : { maxEqualSteps },
        ),
    );
    this.#turns = new PendingTurns(source);
    this.#late = stalenessUs > 0 ? new LateReports(stalenessUs) : undefined;
    const knowsAll = stalenessUs === 0 && router.kvEnabled;
    this.#timely = knowsAll ? undefined : new TimelyIndex(router);
    this.#fetches =
      remoteFetch === undefined ? undefined : new RemoteFetches(remoteFetch, worker, this.#workers);
    const { serviceLevel } = config;
    this.recorder = new Recorder(
      { waits: this.#workers.map(({ waits }) => waits), worker, serviceLevel, records },
      this.#router,
    );
  }

  /** Runs the whole trace until the last answer has ended. Once. */
  run(): void {
    this.#lookAhead();
    while (this.#step());
    this.#onArrivals(this.#arrived % PROGRESS_EVERY);
    this.#assertDrained();
  }

  /** What has come in which order; undefined if the trace alone says so. */
  get order(): ArrivalOrder | undefined {
    return this.#log.order();
  }

  /** The last decisions, oldest first; none unless records are asked for. */
  decisions(): Decision[] {
    return this.#router.decisions(DECISIONS_KEPT).reverse();
  }

  send(command: WorkerCommand): void {
    assert(command.kind === 'submit', 'a replay cancels nothing');
    this.#transfer = this.#fetches?.start(command);
    if (this.#transfer !== undefined) return;
    this.#workers[command.worker]!.submit(command);
    this.#submitted(command.worker);
  }

  started(request: ReplayRequest, cachedTokens: number, queuedUs: number, atUs: TimeUs): void {
    this.#timely?.started(request);
    this.recorder.started(request, cachedTokens, queuedUs, atUs);
  }

  tokens(request: ReplayRequest, count: number, batch: EventBatch): void {
    this.recorder.tokens(request, count, batch);
  }

  ended(request: ReplayRequest, outcome: Outcome): void {
    this.recorder.ended(request, outcome, this.#nowUs);
    if (!request.hasStarted) {
      this.#log.refused(request.number);
      this.#timely?.abandoned(request);
    }
    if (request.turnsAfter > 0 && outcome === OUTCOME.finished) {
      this.#turns.add(request, this.#nowUs);
    }
  }

  /** Asserts what holds of the parts, block by block. O(size of the caches), for tests. */
  checkInvariants(): void {
    this.#cluster.checkInvariants();
    for (const worker of this.#workers) worker.checkInvariants();
  }

  /** Does the next thing that happens. False when there is nothing left. */
  #step(): boolean {
    const arrivalUs = Math.min(this.#aheadUs, this.#turns.nextUs());
    const wakeUs = this.#wakes.peekKey();
    const fetchUs = this.#fetches === undefined ? NEVER_US : this.#fetches.nextUs();
    const reportUs = this.#late === undefined ? NEVER_US : this.#late.nextUs();
    const nextUs = Math.min(arrivalUs, wakeUs, fetchUs, reportUs);
    if (nextUs === NEVER_US) return false;
    assert(nextUs >= this.#nowUs, 'time never runs backwards');
    this.#nowUs = timeUs(nextUs);
    if (arrivalUs === nextUs) this.#arrive();
    else if (fetchUs === nextUs && this.#fetches) this.#submitted(this.#fetches.deliver());
    else if (wakeUs === nextUs) this.#advance();
    else this.#late?.deliver(this.#applyReport);
    return true;
  }

  #arrive(): void {
    if (this.#aheadUs === this.#nowUs) {
      this.#log.next();
      this.#place(this.#ahead);
      this.#lookAhead();
    } else {
      this.#turns.take(this.#turn);
      this.#log.turn(this.#turn.session, this.#turn.turn);
      this.#place(this.#turn);
    }
  }

  #lookAhead(): void {
    this.#aheadUs = this.#source.next(this.#ahead) ? this.#ahead.arrivalUs : NEVER_US;
  }

  #place(trace: TraceRequest): void {
    const { window, seed, router } = this.#config;
    const number = this.#arrived++;
    const request = new ReplayRequest(
      trace,
      {
        number,
        hashes: this.#hashesOf(trace),
        blockSize: router.blockSize,
        outputTokens: window.prefillOnly ? 1 : trace.outputTokens,
        seed: combineSeeds(seed, number),
        counted: number >= window.warmupRequests,
      },
      this,
    );
    this.recorder.arriving(request);
    const placement = this.#submit(request);
    assert(placement !== undefined, 'every worker of a replay can be chosen');
    request.worker = placement.worker;
    const heldBlocks = this.#timely?.placed(request) ?? this.#router.lastHeldBlocks;
    this.recorder.placed(request, heldBlocks);
    if (this.#transfer !== undefined) {
      request.fetchUs = this.#transfer.transferUs;
      this.recorder.fetching(request, this.#transfer.blocks);
    }
    if (this.#arrived % PROGRESS_EVERY === 0) this.#onArrivals(PROGRESS_EVERY);
  }

  /** A policy of the user's own that fails ends the replay. */
  #submit(request: ReplayRequest): Placement | undefined {
    try {
      return this.#cluster.submit(request, request);
    } catch (error) {
      if (!(error instanceof PolicyError)) throw error;
      const atSeconds = (this.#nowUs / 1e6).toFixed(3);
      const { message, cause } = error;
      throw new PolicyError(`request ${request.number}, at ${atSeconds} s: ${message}`, { cause });
    }
  }

  /** Allocated in large pieces: a typed array of its own would cost more than its hashes. */
  #hashesOf(trace: TraceRequest): Uint32Array {
    const { content } = trace;
    const { blockSize } = this.#config.router;
    const words = Math.floor(content.tokens / blockSize) * HASH_WORDS;
    if (this.#hashesUsed + words > this.#hashes.length) {
      this.#hashes = new Uint32Array(Math.max(HASHES_WORDS, words));
      this.#hashesUsed = 0;
    }
    const hashes = this.#hashes.subarray(this.#hashesUsed, this.#hashesUsed + words);
    this.#hashesUsed += words;
    content.writeHashes(blockSize, hashes);
    return hashes;
  }

  #advance(): void {
    const index = this.#wakes.peek();
    const worker = this.#workers[index]!;
    const batch = this.#batch;
    const hasNews = worker.advance(this.#nowUs, NEVER_US, batch);
    this.recorder.reported(index, this.#nowUs, batch.load);
    if (hasNews) {
      this.#timely?.applyBatch(batch);
      if (this.#late === undefined) {
        this.#cluster.applyBatch(batch);
      } else {
        this.#late.send(batch, this.#nowUs);
        this.#cluster.applyProgress(batch);
      }
    }
    this.#schedule(index);
  }

  readonly #applyReport = (batch: EventBatch): void => this.#router.applyBatch(batch);

  #submitted(index: number): void {
    this.recorder.submitted(index, this.#nowUs);
    this.#schedule(index);
  }

  #schedule(index: number): void {
    const wakeUs = this.#workers[index]!.nextWakeUs();
    if (wakeUs === NEVER_US) this.#wakes.remove(index);
    else this.#wakes.set(index, wakeUs, index);
  }

  /** Nothing is left: neither a request anywhere, nor a charge for one in the router's books. */
  #assertDrained(): void {
    this.#cluster.checkInvariants();
    const { ledger, index } = this.#router;
    assert(this.#cluster.inFlight === 0, 'every request has ended');
    assert(this.#cluster.counts.submitted === this.#arrived, 'every request was placed');
    for (const worker of this.#workers) {
      assert(worker.size === 0, 'no sequence is left on a worker');
      assert(ledger.activeRequests(worker.id) === 0, 'no request is left in the ledger');
      assert(ledger.decodeBlocks(worker.id) === 0, 'no block is left in the ledger');
      assert(ledger.prefillTokensPending(worker.id) === 0, 'no prefill is left in the ledger');
    }
    const bookedBits = index.bookedBits + (this.#timely?.bookedBits ?? 0);
    assert(bookedBits === 0, 'no booking is left in an index');
  }
}
