import { clockOrigin, monotonicClock } from '../../../engine/host/clock.ts';
import type { ThreadRunner } from '../../../engine/host/thread-runner.ts';
import { type PoolListener, WorkerPool } from '../../../engine/host/worker-pool.ts';
import { type WorkerId, workerId } from '../../../shared/ids.ts';
import { type EventBatch, STARTED_WORDS } from '../../../shared/protocol.ts';
import {
  constantLatency,
  hashesOf,
  submitWith,
  workerConfigWith,
} from '../../support/sequences.ts';

/** Far beyond what anything here takes, so that a test that hangs ends with what it waited for. */
const DEADLINE_MS = 20_000;
const TICK_US = 100;
const BACKLOG_BYTES_MAX = 8000;

/** A pool of real threads, and all that it has told. */
export class PoolRig implements PoolListener {
  readonly batches: { batch: EventBatch; atUs: number }[] = [];
  readonly downs: { workers: readonly WorkerId[]; reason: string }[] = [];
  readonly ups: WorkerId[] = [];
  readonly behind: { workers: readonly WorkerId[]; isBehind: boolean }[] = [];
  readonly nowUs: () => number;
  readonly pool: WorkerPool;
  #check: (() => void) | undefined;

  constructor(workers: number, threads: number, runner?: ThreadRunner) {
    const origin = clockOrigin();
    this.nowUs = monotonicClock(origin);
    this.pool = new WorkerPool(
      {
        workers,
        threads,
        worker: workerConfigWith({ latency: constantLatency(200, 100), numBlocks: 100_000 }),
        clockOrigin: origin,
        tickUs: TICK_US,
        threadHeapMb: 48,
        hangAfterMs: 2000,
        backlogBytesMax: BACKLOG_BYTES_MAX,
      },
      this,
      runner,
    );
  }

  batch(batch: EventBatch): void {
    this.batches.push({ batch, atUs: this.nowUs() });
    this.#check?.();
  }

  workersDown(workers: readonly WorkerId[], reason: string): void {
    this.downs.push({ workers, reason });
    this.#check?.();
  }

  workerUp(worker: WorkerId): void {
    this.ups.push(worker);
    this.#check?.();
  }

  workersBehind(workers: readonly WorkerId[], isBehind: boolean): void {
    this.behind.push({ workers, isBehind });
    this.#check?.();
  }

  submit(request: number, worker: number, outputTokens = 4): void {
    const hashes = hashesOf(4, [request, 8]);
    const arrivedUs = this.nowUs();
    this.pool.send(
      submitWith(request, { worker: workerId(worker), arrivedUs, outputTokens, hashes }),
    );
  }

  /** Resolves once `condition` holds, which is looked at whenever the pool has told something. */
  until(what: string, condition: () => boolean): Promise<void> {
    if (condition()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const deadline = setTimeout(() => reject(new Error(`waited for ${what}`)), DEADLINE_MS);
      this.#check = () => {
        if (!condition()) return;
        clearTimeout(deadline);
        this.#check = undefined;
        resolve();
      };
    });
  }

  /** Resolves once the request has ended, with its outcome. */
  async ended(request: number): Promise<number> {
    await this.until(`the end of request ${request}`, () => this.#outcome(request) !== undefined);
    return this.#outcome(request) ?? -1;
  }

  /** Resolves once the request has at least so many tokens. */
  streaming(request: number, tokens: number): Promise<void> {
    return this.until(`request ${request} to stream`, () => this.tokens(request) >= tokens);
  }

  tokens(request: number): number {
    return this.#rows('tokens', 3)
      .filter(([id]) => id === request)
      .reduce((sum, [, count]) => sum + (count ?? 0), 0);
  }

  cachedTokens(request: number): number | undefined {
    return this.#rows('started', STARTED_WORDS).find(([id]) => id === request)?.[1];
  }

  #outcome(request: number): number | undefined {
    return this.#rows('ended', 2).find(([id]) => id === request)?.[1];
  }

  #rows(column: 'tokens' | 'started' | 'ended', words: number): number[][] {
    return this.batches.flatMap(({ batch }) => {
      const list = batch[column];
      const rows = Array.from({ length: list.length / words }, (_, row) => row * words);
      return rows.map((at) => Array.from({ length: words }, (_, n) => list.at(at + n)));
    });
  }
}
