import { type EventBatch, OUTCOME, type Outcome } from '../../shared/protocol.ts';
import type { ReplayRequest } from '../simulate/replay-request.ts';
import { meanGapUs } from './latency-tally.ts';

/** Columns of a record, in order. Times are in microseconds; -1 where there is none. */
export const RECORD_FIELDS = [
  'request',
  'warmup',
  'arrival_us',
  'session',
  'turn',
  'worker',
  'prompt_tokens',
  'cached_tokens',
  'output_tokens',
  'queue_us',
  'ttft_us',
  'second_token_us',
  'itl_mean_us',
  'e2e_us',
  'outcome',
] as const;

const WIDTH = RECORD_FIELDS.length;
const SECOND_TOKEN = RECORD_FIELDS.indexOf('second_token_us');

/**
 * A record of every request, in order of their arrivals: rows of `RECORD_FIELDS`, one after the
 * other.
 */
export class RequestRecords {
  #rows = new Float64Array(1024 * WIDTH);
  #count = 0;

  /** `count` more tokens, before `request` is told of them. */
  tokens(request: ReplayRequest, count: number, { endUs, stepUs }: EventBatch): void {
    const { number, emitted, lastTokenUs } = request;
    if (emitted > 1 || emitted + count < 2) return;
    const gapUs = emitted === 1 ? endUs - (count - 1) * stepUs - lastTokenUs : stepUs;
    this.#rows[this.#rowOf(number) + SECOND_TOKEN] = gapUs;
  }

  ended(request: ReplayRequest, outcome: Outcome): void {
    const { number, arrivedUs, emitted, hasStarted } = request;
    const finished = outcome === OUTCOME.finished;
    const at = this.#rowOf(number);
    const secondTokenUs = emitted > 1 ? this.#rows[at + SECOND_TOKEN]! : -1;
    this.#rows.set(
      [
        number,
        request.counted ? 0 : 1,
        arrivedUs,
        request.session,
        request.turn,
        request.worker,
        request.promptTokens,
        request.cachedTokens,
        emitted,
        hasStarted ? request.queuedUs : -1,
        hasStarted ? request.firstTokenUs - arrivedUs : -1,
        secondTokenUs,
        finished && emitted > 1 ? Math.round(meanGapUs(request)) : -1,
        finished ? request.lastTokenUs - arrivedUs : -1,
        outcome,
      ],
      at,
    );
  }

  /** The records, once all requests have ended. */
  rows(): Float64Array {
    return this.#rows.slice(0, this.#count * WIDTH);
  }

  /** Where the row of `request` begins. */
  #rowOf(request: number): number {
    const at = request * WIDTH;
    if (request >= this.#count) this.#count = request + 1;
    if (at + WIDTH > this.#rows.length) {
      const grown = new Float64Array(Math.max(this.#rows.length * 2, at + WIDTH));
      grown.set(this.#rows);
      this.#rows = grown;
    }
    return at;
  }
}
