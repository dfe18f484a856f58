import { STATUS_LINES } from '../../shared/errors.ts';
import { REQUEST_BOUNDS_US } from './bounds.ts';
import { Counter, RateCounter } from './counter.ts';
import { Distribution } from './distribution.ts';
import type { Endpoint, Endpoints } from './endpoints.ts';
import { SlidingWindow } from './sliding-window.ts';

/**
 * Statuses that are counted apart: those of answers, those that the HTTP library sends by itself,
 * and 499 for a client that left before there was one. Any other counts as the first, 0.
 */
export const STATUSES: readonly number[] = [
  ...[0, 431, 499, 505],
  ...Object.keys(STATUS_LINES).map(Number),
].sort((a, b) => a - b);

const STATUS_INDEX = new Uint8Array(600);
for (const [index, status] of STATUSES.entries()) STATUS_INDEX[status] = index;

/** HTTP requests by endpoint, whatever they ask for. */
export class RequestMetrics {
  /** Requests by arrival. */
  readonly arrivals: RateCounter;
  /** Answers that were errors: status 400 or more, and streams that broke off. */
  readonly errors: RateCounter;
  /** The part of `errors` that is not the client's fault, of all endpoints. */
  readonly serverErrors: RateCounter;
  /** Microseconds from arrival to the last byte, streams included. */
  readonly latencyUs: Distribution;
  /** Requests that have ended by (endpoint, index in `STATUSES`). */
  readonly outcomes: Counter;
  readonly brokenStreams: Counter;

  constructor({ rows }: Endpoints, windowUs: number, startUs: number) {
    this.arrivals = new RateCounter(rows.length, windowUs, startUs);
    this.errors = new RateCounter(rows.length, windowUs, startUs);
    this.serverErrors = new RateCounter(1, windowUs, startUs);
    const windows = rows.map(() => new SlidingWindow(windowUs, startUs));
    this.latencyUs = new Distribution(REQUEST_BOUNDS_US, rows.length, windows);
    this.outcomes = new Counter(rows.length * STATUSES.length);
    this.brokenStreams = new Counter(rows.length);
  }

  /** A request has arrived. Once per request; `ended` must follow. */
  started(endpoint: Endpoint, nowUs: number): void {
    this.arrivals.add(endpoint, nowUs);
  }

  /**
   * The last byte has been handed over, or the client has left. `status` is 499 if it left before
   * there was one; `latencyUs` counts from arrival. An error that was injected is none of the
   * server's.
   */
  ended(
    endpoint: Endpoint,
    status: number,
    latencyUs: number,
    nowUs: number,
    isInjected = false,
  ): void {
    this.outcomes.add(endpoint * STATUSES.length + (STATUS_INDEX[status] ?? 0), 1);
    this.latencyUs.observe(endpoint, latencyUs, nowUs);
    if (status >= 400) this.errors.add(endpoint, nowUs);
    if (status >= 500 && !isInjected) this.serverErrors.add(0, nowUs);
  }

  /** A stream has failed after its status of 200: an error that `ended` cannot see. */
  streamBroken(endpoint: Endpoint, nowUs: number): void {
    this.brokenStreams.add(endpoint, 1);
    this.errors.add(endpoint, nowUs);
    this.serverErrors.add(0, nowUs);
  }
}
