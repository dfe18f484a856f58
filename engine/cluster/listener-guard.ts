import type { RequestId } from '../../shared/ids.ts';
import type { EventBatch, Outcome } from '../../shared/protocol.ts';
import type { Failure, RequestListener } from './request.ts';

/**
 * Told what a listener has thrown. By then its request is broken off; the listener is told that it
 * has failed, and hears no more.
 */
export type ListenerDefect = (error: unknown, request: RequestId) => void;

/**
 * Tells listeners what becomes of their requests, so that what one of them throws costs its own
 * request and nothing else that a batch says. Without a `defect` to tell it comes out of the call.
 */
export class ListenerGuard {
  readonly #breakOff: (request: RequestId) => void;
  readonly #defect: ListenerDefect | undefined;

  constructor(breakOff: (request: RequestId) => void, defect: ListenerDefect | undefined) {
    this.#breakOff = breakOff;
    this.#defect = defect;
  }

  started(
    listener: RequestListener,
    request: RequestId,
    cachedTokens: number,
    queuedUs: number,
    batch: EventBatch,
  ): void {
    try {
      listener.started(request, cachedTokens, queuedUs, batch);
    } catch (error) {
      this.#isolate(error, listener, request);
    }
  }

  tokens(
    listener: RequestListener,
    request: RequestId,
    count: number,
    lateUs: number,
    batch: EventBatch,
  ): void {
    try {
      listener.tokens(request, count, lateUs, batch);
    } catch (error) {
      this.#isolate(error, listener, request);
    }
  }

  ended(listener: RequestListener, request: RequestId, outcome: Outcome): void {
    try {
      listener.ended(request, outcome);
    } catch (error) {
      this.#isolate(error, listener, request);
    }
  }

  failed(listener: RequestListener, request: RequestId, failure: Failure): void {
    try {
      listener.failed(request, failure);
    } catch (error) {
      if (this.#defect === undefined) throw error;
      this.#defect(error, request);
    }
  }

  #isolate(error: unknown, listener: RequestListener, request: RequestId): void {
    if (this.#defect === undefined) throw error;
    this.#breakOff(request);
    this.#defect(error, request);
    this.failed(listener, request, 'defect');
  }
}
