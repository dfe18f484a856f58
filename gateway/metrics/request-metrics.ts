import type { Endpoint, Endpoints } from './endpoints.ts';
import { HistogramRows } from './histogram-rows.ts';
import { RateWindow } from './rate-window.ts';
import { SlidingWindow } from './sliding-window.ts';

/** Statuses that are counted apart; any other counts as the first, 0. */
export const STATUSES = [
  0, 200, 204, 302, 400, 401, 403, 404, 405, 413, 415, 429, 431, 499, 500, 502, 503, 504, 505, 529,
] as const;

const STATUS_INDEX = new Uint8Array(600);
for (const [index, status] of STATUSES.entries()) STATUS_INDEX[status] = index;

/** In seconds. */
const LATENCY_BOUNDS_S = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300,
] as const;

/** HTTP requests by endpoint, whatever they ask for. */
export class RequestMetrics {
  /** Requests by arrival. */
  readonly arrivals: readonly RateWindow[];
  /** Answers that were errors: status 400 or more, and streams that broke off. */
  readonly errors: readonly RateWindow[];
  /** The part of `errors` that is not the client's fault. */
  readonly serverErrors: RateWindow;
  /** Microseconds from arrival to the last byte, streams included. */
  readonly latencyUs: readonly SlidingWindow[];
  readonly latencyHistogram: HistogramRows;
  readonly #started: Float64Array;
  readonly #ended: Float64Array;
  readonly #brokenStreams: Float64Array;

  constructor({ rows }: Endpoints, windowUs: number, startUs: number) {
    this.#started = new Float64Array(rows.length);
    this.#ended = new Float64Array(rows.length * STATUSES.length);
    this.#brokenStreams = new Float64Array(rows.length);
    this.arrivals = rows.map(() => new RateWindow(windowUs, startUs));
    this.errors = rows.map(() => new RateWindow(windowUs, startUs));
    this.serverErrors = new RateWindow(windowUs, startUs);
    this.latencyUs = rows.map(() => new SlidingWindow(windowUs, startUs));
    const bounds = LATENCY_BOUNDS_S.map((seconds) => Math.round(seconds * 1e6));
    this.latencyHistogram = new HistogramRows(bounds, rows.length);
  }

  /** A request has arrived. Once per request; `ended` must follow. */
  started(endpoint: Endpoint, nowUs: number): void {
    this.#started[endpoint] = (this.#started[endpoint] ?? 0) + 1;
    this.arrivals[endpoint]?.add(1, nowUs);
  }

  /**
   * The last byte has been handed over, or the client has left. `status` is 499 if it left before
   * there was one; `latencyUs` counts from arrival.
   */
  ended(endpoint: Endpoint, status: number, latencyUs: number, nowUs: number): void {
    const cell = endpoint * STATUSES.length + (STATUS_INDEX[status] ?? 0);
    this.#ended[cell] = (this.#ended[cell] ?? 0) + 1;
    this.latencyUs[endpoint]?.record(latencyUs, nowUs);
    this.latencyHistogram.observe(endpoint, latencyUs);
    if (status >= 400) this.errors[endpoint]?.add(1, nowUs);
    if (status >= 500) this.serverErrors.add(1, nowUs);
  }

  /** A stream has failed after its status of 200: an error that `ended` cannot see. */
  streamBroken(endpoint: Endpoint, nowUs: number): void {
    this.#brokenStreams[endpoint] = (this.#brokenStreams[endpoint] ?? 0) + 1;
    this.errors[endpoint]?.add(1, nowUs);
    this.serverErrors.add(1, nowUs);
  }

  startedCount(endpoint: Endpoint): number {
    return this.#started[endpoint] ?? 0;
  }

  /** Ended requests with `STATUSES[statusIndex]`. */
  endedCount(endpoint: Endpoint, statusIndex: number): number {
    return this.#ended[endpoint * STATUSES.length + statusIndex] ?? 0;
  }

  /** Ended requests, whatever their status. */
  answerCount(endpoint: Endpoint): number {
    let count = 0;
    for (let status = 0; status < STATUSES.length; status++) {
      count += this.endedCount(endpoint, status);
    }
    return count;
  }

  /** Ended requests with a status of 400 or more, and broken streams. */
  errorCount(endpoint: Endpoint): number {
    let count = this.brokenStreamCount(endpoint);
    for (const [index, status] of STATUSES.entries()) {
      if (status >= 400) count += this.endedCount(endpoint, index);
    }
    return count;
  }

  brokenStreamCount(endpoint: Endpoint): number {
    return this.#brokenStreams[endpoint] ?? 0;
  }
}
