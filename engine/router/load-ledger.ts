import { assert } from '../../shared/assert.ts';
import type { LoadReport } from '../../shared/protocol.ts';

/** Bookings that a ring has room for at first; a power of two, as its size always is. */
const RING_BOOKINGS_MIN = 16;

/**
 * The load of each worker as the router knows it: the worker's last report, plus what was booked on
 * it since and is not in that report yet. A worker takes submits in order and reports how many it
 * has seen, so the bookings that a report covers are the oldest ones of the worker's ring. A ring
 * grows to the most submits that were ever under way to its worker, which the gateway bounds.
 */
export class LoadLedger {
  readonly #blockSize: number;
  readonly #activeRequests: Int32Array;
  /** Report and in-flight bookings together, since decisions read these far more often. */
  readonly #decodeBlocks: Float64Array;
  readonly #prefillTokens: Float64Array;
  /** Of the last report. */
  readonly #running: Float64Array;
  readonly #waiting: Float64Array;
  readonly #usedBlocks: Float64Array;
  readonly #heldBlocks: Float64Array;
  readonly #inFlightBlocks: Float64Array;
  readonly #inFlightTokens: Float64Array;
  readonly #submitsSent: Float64Array;
  readonly #submitsSeen: Float64Array;
  /** Uncached tokens of each booking. */
  readonly #rings: Uint32Array[];

  /** `blockSize` in tokens. */
  constructor(workers: number, blockSize: number) {
    this.#blockSize = blockSize;
    this.#activeRequests = new Int32Array(workers);
    this.#decodeBlocks = new Float64Array(workers);
    this.#prefillTokens = new Float64Array(workers);
    this.#running = new Float64Array(workers);
    this.#waiting = new Float64Array(workers);
    this.#usedBlocks = new Float64Array(workers);
    this.#heldBlocks = new Float64Array(workers);
    this.#inFlightBlocks = new Float64Array(workers);
    this.#inFlightTokens = new Float64Array(workers);
    this.#submitsSent = new Float64Array(workers);
    this.#submitsSeen = new Float64Array(workers);
    this.#rings = Array.from({ length: workers }, () => new Uint32Array(RING_BOOKINGS_MIN));
  }

  /** Requests that were booked on `worker` and have not ended. Exact. */
  activeRequests(worker: number): number {
    return this.#activeRequests[worker]!;
  }

  /**
   * Blocks that `worker` uses, each counted once, plus those that sequences which wait there or are
   * under way to it will add: what they have cached there already is in use or counts for nothing.
   */
  decodeBlocks(worker: number): number {
    return this.#decodeBlocks[worker]!;
  }

  /** Uncached prompt tokens that `worker` has still to compute, those under way to it included. */
  prefillTokensPending(worker: number): number {
    return this.#prefillTokens[worker]!;
  }

  /**
   * Sequences that `worker` ran when it last reported. Those of `activeRequests` that neither ran
   * nor waited then are under way to it, or have ended since.
   */
  running(worker: number): number {
    return this.#running[worker]!;
  }

  /** Sequences that waited on `worker` when it last reported. */
  waiting(worker: number): number {
    return this.#waiting[worker]!;
  }

  /** Blocks that the sequences of `worker` used when it last reported, each counted once. */
  usedBlocks(worker: number): number {
    return this.#usedBlocks[worker]!;
  }

  /** Blocks that `worker` had something in when it last reported, used or only cached. */
  heldBlocks(worker: number): number {
    return this.#heldBlocks[worker]!;
  }

  /** Copies every worker's active requests and decode blocks to the two arrays, from `at` on. */
  copyTo(activeRequests: Int32Array, decodeBlocks: Float64Array, at: number): void {
    activeRequests.set(this.#activeRequests, at);
    decodeBlocks.set(this.#decodeBlocks, at);
  }

  /**
   * Charges a request to `worker`, which has to compute `uncachedTokens` of its prompt. One submit
   * must go out to the worker for each booking, in order.
   */
  book(worker: number, uncachedTokens: number): void {
    const sent = this.#submitsSent[worker]!;
    let ring = this.#rings[worker]!;
    if (sent - this.#submitsSeen[worker]! === ring.length) ring = this.#growRing(worker);
    ring[sent & (ring.length - 1)] = uncachedTokens;
    const blocks = this.#blocksOf(uncachedTokens);
    this.#submitsSent[worker] = sent + 1;
    this.#inFlightBlocks[worker] = this.#inFlightBlocks[worker]! + blocks;
    this.#inFlightTokens[worker] = this.#inFlightTokens[worker]! + uncachedTokens;
    this.#decodeBlocks[worker] = this.#decodeBlocks[worker]! + blocks;
    this.#prefillTokens[worker] = this.#prefillTokens[worker]! + uncachedTokens;
    this.#activeRequests[worker] = this.#activeRequests[worker]! + 1;
  }

  /** Replaces what was known of `worker` and drops the bookings that the report covers. */
  report(worker: number, load: LoadReport): void {
    let seen = this.#submitsSeen[worker]!;
    assert(load.submitsSeen >= seen, 'a worker never sees fewer submits than before');
    assert(load.submitsSeen <= this.#submitsSent[worker]!, 'a worker sees only booked submits');
    const ring = this.#rings[worker]!;
    for (; seen < load.submitsSeen; seen++) {
      const tokens = ring[seen & (ring.length - 1)]!;
      this.#inFlightBlocks[worker] = this.#inFlightBlocks[worker]! - this.#blocksOf(tokens);
      this.#inFlightTokens[worker] = this.#inFlightTokens[worker]! - tokens;
    }
    this.#submitsSeen[worker] = seen;
    const { activeBlocks, waitingBlocks, prefillTokensPending } = load;
    this.#running[worker] = load.running;
    this.#waiting[worker] = load.waiting;
    this.#usedBlocks[worker] = activeBlocks;
    this.#heldBlocks[worker] = activeBlocks + load.cachedBlocks;
    this.#decodeBlocks[worker] = activeBlocks + waitingBlocks + this.#inFlightBlocks[worker]!;
    this.#prefillTokens[worker] = prefillTokensPending + this.#inFlightTokens[worker]!;
  }

  /** One request of `worker` has ended, whatever its outcome. Once per booking. */
  finish(worker: number): void {
    const active = this.#activeRequests[worker]!;
    assert(active > 0, 'a request ends once');
    this.#activeRequests[worker] = active - 1;
  }

  /** `worker` starts anew: its requests count as ended and its submits count from zero again. */
  reset(worker: number): void {
    this.#activeRequests[worker] = 0;
    this.#decodeBlocks[worker] = 0;
    this.#prefillTokens[worker] = 0;
    this.#running[worker] = 0;
    this.#waiting[worker] = 0;
    this.#usedBlocks[worker] = 0;
    this.#heldBlocks[worker] = 0;
    this.#inFlightBlocks[worker] = 0;
    this.#inFlightTokens[worker] = 0;
    this.#submitsSent[worker] = 0;
    this.#submitsSeen[worker] = 0;
  }

  #blocksOf(tokens: number): number {
    return Math.ceil(tokens / this.#blockSize);
  }

  #growRing(worker: number): Uint32Array {
    const old = this.#rings[worker]!;
    const ring = new Uint32Array(old.length * 2);
    for (let n = this.#submitsSeen[worker]!; n < this.#submitsSent[worker]!; n++) {
      ring[n & (ring.length - 1)] = old[n & (old.length - 1)]!;
    }
    this.#rings[worker] = ring;
    return ring;
  }
}
