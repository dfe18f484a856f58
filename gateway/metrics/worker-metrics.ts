import type { WorkerId } from '../../shared/ids.ts';
import {
  type EventBatch,
  LOAD_FIELDS,
  type LoadReport,
  TOKEN_WORDS,
} from '../../shared/protocol.ts';
import type { Punctuality } from './punctuality.ts';

/** Counters of a load report: they start again at 0 with their worker, the metrics do not. */
export type WorkerCounter = 'hitBlocks' | 'missedBlocks' | 'evictedBlocks' | 'preemptions';

const FIELDS = LOAD_FIELDS.length;

/** What the workers' batches say of them. */
export class WorkerMetrics {
  readonly workers: number;
  readonly #punctuality: Punctuality;
  /** The last load report of each worker, and what its counters had reached when it died. */
  readonly #loads: Float64Array;
  readonly #past: Float64Array;
  readonly #tokensOut: Float64Array;

  constructor(workers: number, punctuality: Punctuality) {
    this.workers = workers;
    this.#punctuality = punctuality;
    this.#loads = new Float64Array(workers * FIELDS);
    this.#past = new Float64Array(workers * FIELDS);
    this.#tokensOut = new Float64Array(workers);
  }

  /**
   * Takes in the load of a worker and the lateness of its tokens. Once per batch, after its tokens
   * have been written; `nowUs` is then, on the clock that the workers have too.
   */
  batch(batch: EventBatch, nowUs: number): void {
    const { load, tokens } = batch;
    const at = batch.worker * FIELDS;
    for (let field = 0; field < FIELDS; field++) {
      this.#loads[at + field] = load[LOAD_FIELDS[field] ?? 'running'];
    }
    // The rows say how late the tokens were when the worker let them go, which was `latenessUs` after
    // the end of the batch.
    const transitUs = Math.max(0, nowUs - batch.endUs - load.latenessUs);
    let out = 0;
    for (let row = 0; row < tokens.length; row += TOKEN_WORDS) {
      const count = tokens.at(row + 1);
      out += count;
      this.#punctuality.tokensWritten(tokens.at(row + 2) + transitUs, count, nowUs);
    }
    this.#tokensOut[batch.worker] = (this.#tokensOut[batch.worker] ?? 0) + out;
  }

  /** The worker has died: it holds nothing, and its counters will start again. */
  workerDown(worker: WorkerId): void {
    const from = worker * FIELDS;
    for (let at = from; at < from + FIELDS; at++) {
      this.#past[at] = (this.#past[at] ?? 0) + (this.#loads[at] ?? 0);
      this.#loads[at] = 0;
    }
  }

  /** Tokens that came out of `worker`. */
  tokensOut(worker: number): number {
    return this.#tokensOut[worker] ?? 0;
  }

  /** What `worker` last said. */
  load(worker: number, field: keyof LoadReport): number {
    return this.#loads[worker * FIELDS + LOAD_FIELDS.indexOf(field)] ?? 0;
  }

  /** A counter since the start of the process. */
  total(worker: number, counter: WorkerCounter): number {
    const at = worker * FIELDS + LOAD_FIELDS.indexOf(counter);
    return (this.#past[at] ?? 0) + (this.#loads[at] ?? 0);
  }
}
