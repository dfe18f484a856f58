import type { WorkerId } from '../../shared/ids.ts';
import { type EventBatch, emptyLoad, type LoadReport, TOKEN_WORDS } from '../../shared/protocol.ts';
import { Counter } from './counter.ts';
import type { Punctuality } from './punctuality.ts';

/** Counters of a load report: they start again at 0 with their worker, the metrics do not. */
const COUNTERS = [
  'hitBlocks',
  'missedBlocks',
  'readmittedHitBlocks',
  'readmittedMissedBlocks',
  'evictedBlocks',
  'preemptions',
] as const;
export type WorkerCounter = (typeof COUNTERS)[number];

/** What the workers' batches say of them. */
export class WorkerMetrics {
  /** Those that there are: 0, 1, ... */
  readonly indices: readonly number[];
  readonly #punctuality: Punctuality;
  /** The last report of each worker, and what its counters had reached when it last died. */
  readonly #loads: readonly LoadReport[];
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
    this.#keep(worker, load);
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
    for (const counter of COUNTERS) past[counter] = this.total(worker, counter);
    this.#keep(worker, emptyLoad());
  }

  /** What a worker last said; 0 while it is down. */
  load(worker: number, field: 'running' | 'waiting' | 'activeBlocks' | 'cachedBlocks'): number {
    return this.#loads[worker]?.[field] ?? 0;
  }

  /** What a worker last said, as JSON shows it. */
  loadView(worker: number) {
    return {
      running: this.load(worker, 'running'),
      waiting: this.load(worker, 'waiting'),
      active_blocks: this.load(worker, 'activeBlocks'),
      cached_blocks: this.load(worker, 'cachedBlocks'),
    };
  }

  /** A counter since the start of the process. */
  total(worker: number, counter: WorkerCounter): number {
    return (this.#past[worker]?.[counter] ?? 0) + (this.#loads[worker]?.[counter] ?? 0);
  }

  /** Tokens that came out of a worker. */
  tokensOut(worker: number): number {
    return this.#tokensOut.of(worker);
  }

  /** Copies what is shown: whoever reads batches may use them again. */
  #keep(worker: number, load: Readonly<LoadReport>): void {
    const kept = this.#loads[worker];
    if (kept === undefined) return;
    kept.running = load.running;
    kept.waiting = load.waiting;
    kept.activeBlocks = load.activeBlocks;
    kept.cachedBlocks = load.cachedBlocks;
    for (const counter of COUNTERS) kept[counter] = load[counter];
  }
}
