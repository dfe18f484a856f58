import { assert } from '../../shared/assert.ts';
import type { WorkerId } from '../../shared/ids.ts';
import type {
  CancelCommand,
  EventBatch,
  ExtendCommand,
  SubmitCommand,
  WorkerConfig,
} from '../../shared/protocol.ts';
import { timeUs, ZERO_US } from '../../shared/units.ts';
import { BlockList } from '../kv/block-list.ts';
import { BatchedScheduler } from './batched-scheduler.ts';
import { PacedScheduler } from './paced-scheduler.ts';
import type { Scheduler } from './scheduler.ts';
import { NO_SLOT } from './sequence-table.ts';
import type { WaitTally } from './wait-tally.ts';
import { WorkerState } from './worker-state.ts';

/** Options of a worker that change how it computes, not what. */
export interface WorkerTuning {
  /** See `BatchedScheduler`. */
  readonly maxEqualSteps?: number;
}

/**
 * One simulated GPU worker: sequences go in, and `advance` says what comes out and when. It never
 * reads a clock. Whoever drives it calls `advance` at `nextWakeUs()`, or later if that is late.
 */
export class SimulatedWorker {
  readonly id: WorkerId;
  readonly #state: WorkerState;
  readonly #scheduler: Scheduler;
  /** Blocks that no sequence holds, for the time of a call. */
  readonly #passing = new BlockList();
  /** When ends and KV events that happened between batches are to be told, or `Infinity`. */
  #newsAtUs = Number.POSITIVE_INFINITY;
  #seq = 0;
  #nowUs: number = ZERO_US;

  constructor(id: WorkerId, config: WorkerConfig, tuning: WorkerTuning = {}) {
    this.id = id;
    this.#state = new WorkerState(config);
    this.#scheduler =
      config.scheduler === 'paced'
        ? new PacedScheduler(this.#state)
        : new BatchedScheduler(this.#state, tuning.maxEqualSteps);
  }

  /** Sequences that have not ended. */
  get size(): number {
    return this.#state.sequences.size;
  }

  /** How long its sequences wait for admission. */
  get waits(): WaitTally {
    return this.#state.admission.waits;
  }

  /** True when `advance` must be called before `command`, up to its arrival. */
  mustAdvanceBefore(command: SubmitCommand): boolean {
    return this.#scheduler.mustAdvanceBefore(command);
  }

  submit(command: SubmitCommand): void {
    if (this.#state.enqueue(command)) this.#scheduler.enqueued(command.arrivedUs);
    this.#noteNews(command.arrivedUs);
  }

  /** Hands a sequence further hashes of its answer; one that is not here any more needs none. */
  extend({ request, hashes }: ExtendCommand, atUs: number): void {
    const slot = this.#state.sequences.find(request);
    if (slot === NO_SLOT || !this.#state.blocks.extend(slot, hashes)) return;
    this.#scheduler.enqueued(Math.max(atUs, this.#nowUs));
    this.#tellAt(atUs);
  }

  /** Ends a sequence; one that is not here any more has ended by itself. */
  cancel({ request, outcome }: CancelCommand, atUs: number): void {
    const slot = this.#state.sequences.find(request);
    if (slot === NO_SLOT) return;
    this.#scheduler.cancel(slot, outcome, Math.max(atUs, this.#nowUs));
    this.#noteNews(atUs);
  }

  /** When to call `advance` next: finite whenever work is unfinished, else `Infinity`. */
  nextWakeUs(): number {
    return Math.min(this.#scheduler.nextWakeUs(), this.#newsAtUs);
  }

  /**
   * Does what is due at or before `nowUs` and before `horizonUs`, and writes its effects to `out`,
   * which is cleared first. The batched scheduler ends at most one step a call, so call again while
   * something is due. Up to `horizonUs` nobody wants to hear of tokens one by one: equal steps may
   * be told as one batch. A driver that hands over what comes from outside no later than it happens
   * can pass `Infinity`. False: there is nothing to tell.
   */
  advance(nowUs: number, horizonUs: number, out: EventBatch): boolean {
    assert(nowUs >= this.#nowUs, 'time never runs backwards');
    this.#nowUs = nowUs;
    out.clear();
    out.worker = this.id;
    let endUs = Math.min(this.#newsAtUs, nowUs);
    const wakeUs = this.#scheduler.nextWakeUs();
    if (wakeUs <= nowUs && wakeUs < horizonUs) {
      this.#scheduler.advance(nowUs, horizonUs, out);
      endUs = this.#newsAtUs <= nowUs ? Math.max(endUs, out.endUs) : out.endUs;
    }
    this.#newsAtUs = Number.POSITIVE_INFINITY;
    out.endUs = timeUs(endUs);
    this.#state.report(out);
    this.#scheduler.reportStep(out.load, out.endUs);
    out.load.latenessUs = Math.max(0, nowUs - out.endUs);
    if (out.isEmpty) return false;
    out.seq = ++this.#seq;
    return true;
  }

  /** How many of the first `maxBlocks` hashes lead to blocks that are computed now. */
  cachedBlocks(hashes: Uint32Array, maxBlocks: number): number {
    return this.#state.blocks.cache.committedBlocks(hashes, maxBlocks);
  }

  /**
   * The first `count` blocks of a prompt arrive from another worker's cache: they can be matched
   * from now on, as far as there is room for them. Work must follow, whose batch tells of them.
   */
  receiveBlocks(hashes: Uint32Array, count: number): void {
    const { cache } = this.#state.blocks;
    const blocks = this.#passing;
    blocks.clear();
    cache.match(hashes, count, blocks);
    cache.retain(blocks);
    for (let i = 0; i < count; i++) {
      if (i === blocks.length && !cache.allocate(blocks)) break;
      cache.commit(blocks, i, hashes[2 * i]!, hashes[2 * i + 1]!);
    }
    cache.release(blocks);
  }

  /** Calls `visit` for the hash of every block that is computed and cached now. */
  forEachCachedHash(visit: (lo: number, hi: number) => void): void {
    this.#state.blocks.cache.forEachHash(visit);
  }

  /** Asserts the invariants of cache and sequences, for tests. */
  checkInvariants(): void {
    const { blocks, admission, sequences } = this.#state;
    const { running, waiting, waits } = admission;
    blocks.cache.checkInvariants();
    assert(running.length + waiting.size <= sequences.size, 'every queued sequence has a slot');
    assert(running.length + waits.waiting === sequences.size, 'what does not run waits');
    if (sequences.size > 0) assert(this.nextWakeUs() < Infinity, 'unfinished work has a wake-up');
  }

  #noteNews(atUs: number): void {
    if (this.#state.hasNews) this.#tellAt(atUs);
  }

  /** Sees to it that there is a batch at `atUs`, or at once if that is past. */
  #tellAt(atUs: number): void {
    this.#newsAtUs = Math.min(this.#newsAtUs, Math.max(atUs, this.#nowUs));
  }
}
