import { OUTCOME, type Outcome } from '../../shared/protocol.ts';
import type { ReplayRequest } from './replay-request.ts';

/** Columns of a record, in order. Times are in microseconds; -1 where there is none. */
export const RECORD_FIELDS = [
  'arrival_us',
  'session',
  'turn',
  'worker',
  'prompt_tokens',
  'cached_tokens',
  'output_tokens',
  'queue_us',
  'ttft_us',
  'e2e_us',
  'outcome',
] as const;

/**
 * A record of every request, in order of their ends: rows of `RECORD_FIELDS`, one after the other.
 */
export class RequestRecords {
  #rows = new Float64Array(1024 * RECORD_FIELDS.length);
  #length = 0;

  add(request: ReplayRequest, outcome: Outcome): void {
    if (this.#length === this.#rows.length) {
      const grown = new Float64Array(this.#length * 2);
      grown.set(this.#rows);
      this.#rows = grown;
    }
    const started = request.emitted > 0;
    const finished = outcome === OUTCOME.finished;
    const { arrivedUs } = request;
    this.#rows.set(
      [
        arrivedUs,
        request.session,
        request.turn,
        request.worker,
        request.promptTokens,
        request.cachedTokens,
        request.emitted,
        started ? request.queuedUs : -1,
        started ? request.firstTokenUs - arrivedUs : -1,
        finished ? request.lastTokenUs - arrivedUs : -1,
        outcome,
      ],
      this.#length,
    );
    this.#length += RECORD_FIELDS.length;
  }

  /** The records so far. */
  rows(): Float64Array {
    return this.#rows.slice(0, this.#length);
  }
}
