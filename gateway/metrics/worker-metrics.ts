import type { WorkerId } from '../../shared/ids.ts';
import { type EventBatch, emptyLoad, type LoadReport, TOKEN_WORDS } from '../../shared/protocol.ts';
import { Counter } from './counter.ts';
import { type LabelSets, labelled } from './label-sets.ts';
import { LOAD_COUNTERS, LOAD_LEVELS, type LoadCounter, type LoadLevel } from './load-figures.ts';
import type { Punctuality } from './punctuality.ts';

/** What the workers' batches say of them. */
export class WorkerMetrics {
  /** Those that there are: 0, 1, ... */
  readonly indices: readonly number[];
  readonly #punctuality: Punctuality;
  /** The last report of each worker, and what its counters had reached when it last died. */
  readonly #loads: LoadReport[];
  readonly #past: readonly LoadReport[];
  readonly #tokensOut: Counter;

  constructor(workers: number, punctuality: Punctuality) {
    this.indices = [...Array(workers).keys()];
    this.#punctuality = punctuality;
    this.#loads = Array.from({ length: workers }, emptyLoad);
    this.#past = Array.from({ length: workers }, emptyLoad);
    this.#tokensOut = new Counter(workers);
  }

  /**
   * Takes in the load of a worker and the lateness of its tokens. Once per batch, after its tokens
   * have been written; `nowUs` is then, on the clock that the workers have too.
   */
  batch(batch: EventBatch, nowUs: number): void {
    const { load, tokens, worker } = batch;
    // A copy: whoever reads batches may use them again.
    this.#loads[worker] = { ...load };
    // The rows say how late the tokens were when the worker let them go, which was `latenessUs`
    // after the end of the batch.
    const transitUs = Math.max(0, nowUs - batch.endUs - load.latenessUs);
    let out = 0;
    for (let row = 0; row < tokens.length; row += TOKEN_WORDS) {
      const count = tokens.at(row + 1);
      out += count;
      this.#punctuality.tokensWritten(tokens.at(row + 2) + transitUs, count, nowUs);
    }
    this.#tokensOut.add(worker, out);
  }

  /** The worker has died: it holds nothing, and its counters will start again. */
  workerDown(worker: WorkerId): void {
    const past = this.#past[worker];
    if (past === undefined) return;
    for (const { field } of LOAD_COUNTERS) past[field] = this.total(worker, field);
    this.#loads[worker] = emptyLoad();
  }

  /** A series for each worker. */
  as(label: string): LabelSets {
    return labelled(label, this.indices.map(String));
  }

  /** What a worker last said; 0 while it is down. */
  load(worker: number, field: LoadLevel): number {
    return this.#loads[worker]?.[field] ?? 0;
  }

  /** A counter since the start of the process. */
  total(worker: number, field: LoadCounter): number {
    return (this.#past[worker]?.[field] ?? 0) + (this.#loads[worker]?.[field] ?? 0);
  }

  /** Levels as JSON shows them. */
  loadView(worker: number): Record<string, number> {
    return Object.fromEntries(
      LOAD_LEVELS.map(({ key, field }) => [key, this.load(worker, field)] as const),
    );
  }

  /** Counters as JSON shows them. */
  totalView(worker: number): Record<string, number> {
    return Object.fromEntries(
      LOAD_COUNTERS.map(({ key, field }) => [key, this.total(worker, field)] as const),
    );
  }

  /** Tokens that came out of a worker. */
  tokensOut(worker: number): number {
    return this.#tokensOut.of(worker);
  }
}
