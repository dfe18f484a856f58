import { assert } from '../../shared/assert.ts';
import type { LoadReport } from '../../shared/protocol.ts';

const RING_BOOKINGS_MIN = 16;
/** A booking in a ring: blocks, then uncached tokens. */
const BOOKING_WORDS = 2;

/**
 * The load of each worker as the router knows it: the worker's last report, plus what was booked on
 * it since and is not in that report yet. A worker takes submits in order and reports how many it
 * has seen, so the bookings that a report covers are the oldest ones of the worker's ring. A ring
 * grows to the most submits that were ever under way to its worker, which the gateway bounds.
 */
export class LoadLedger {
  readonly #activeRequests: Int32Array;
  /** Report and in-flight bookings together, since decisions read these far more often. */
  readonly #decodeBlocks: Float64Array;
  readonly #prefillTokens: Float64Array;
  readonly #inFlightBlocks: Float64Array;
  readonly #inFlightTokens: Float64Array;
  readonly #submitsSent: Float64Array;
  readonly #submitsSeen: Float64Array;
  readonly #rings: Uint32Array[];

  constructor(workers: number) {
    this.#activeRequests = new Int32Array(workers);
    this.#decodeBlocks = new Float64Array(workers);
    this.#prefillTokens = new Float64Array(workers);
    this.#inFlightBlocks = new Float64Array(workers);
    this.#inFlightTokens = new Float64Array(workers);
    this.#submitsSent = new Float64Array(workers);
    this.#submitsSeen = new Float64Array(workers);
    this.#rings = Array.from(
      { length: workers },
      () => new Uint32Array(RING_BOOKINGS_MIN * BOOKING_WORDS),
    );
  }

  /** Requests that were booked on `worker` and have not ended. Exact. */
  activeRequests(worker: number): number {
    return this.#activeRequests[worker]!;
  }

  /** Blocks of running and waiting sequences on `worker`, those under way to it included. */
  decodeBlocks(worker: number): number {
    return this.#decodeBlocks[worker]!;
  }

  /** Uncached prompt tokens that `worker` has still to compute, those under way to it included. */
  prefillTokensPending(worker: number): number {
    return this.#prefillTokens[worker]!;
  }

  /** Copies every worker's active requests and decode blocks to the two arrays, from `at` on. */
  copyTo(activeRequests: Int32Array, decodeBlocks: Float64Array, at: number): void {
    activeRequests.set(this.#activeRequests, at);
    decodeBlocks.set(this.#decodeBlocks, at);
  }

  /**
   * Charges a request to `worker`. One submit must go out to the worker for each booking, in order.
   */
  book(worker: number, promptBlocks: number, uncachedTokens: number): void {
    const sent = this.#submitsSent[worker]!;
    let ring = this.#rings[worker]!;
    if ((sent - this.#submitsSeen[worker]!) * BOOKING_WORDS === ring.length) {
      ring = this.#growRing(worker);
    }
    const at = (sent * BOOKING_WORDS) % ring.length;
    ring[at] = promptBlocks;
    ring[at + 1] = uncachedTokens;
    this.#submitsSent[worker] = sent + 1;
    this.#inFlightBlocks[worker] = this.#inFlightBlocks[worker]! + promptBlocks;
    this.#inFlightTokens[worker] = this.#inFlightTokens[worker]! + uncachedTokens;
    this.#decodeBlocks[worker] = this.#decodeBlocks[worker]! + promptBlocks;
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
      const at = (seen * BOOKING_WORDS) % ring.length;
      this.#inFlightBlocks[worker] = this.#inFlightBlocks[worker]! - ring[at]!;
      this.#inFlightTokens[worker] = this.#inFlightTokens[worker]! - ring[at + 1]!;
    }
    this.#submitsSeen[worker] = seen;
    const { activeBlocks, waitingBlocks, prefillTokensPending } = load;
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
    this.#inFlightBlocks[worker] = 0;
    this.#inFlightTokens[worker] = 0;
    this.#submitsSent[worker] = 0;
    this.#submitsSeen[worker] = 0;
  }

  #growRing(worker: number): Uint32Array {
    const old = this.#rings[worker]!;
    const ring = new Uint32Array(old.length * 2);
    for (let n = this.#submitsSeen[worker]!; n < this.#submitsSent[worker]!; n++) {
      const from = (n * BOOKING_WORDS) % old.length;
      const to = (n * BOOKING_WORDS) % ring.length;
      ring[to] = old[from]!;
      ring[to + 1] = old[from + 1]!;
    }
    this.#rings[worker] = ring;
    return ring;
  }
}
