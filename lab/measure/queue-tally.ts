import { assert } from '../../shared/assert.ts';
import { ZERO_US } from '../../shared/units.ts';
import type { QueueFigures } from './replay-result.ts';
import type { TimeBuckets } from './time-buckets.ts';

/** What a worker says of the sequences that wait there, see `WaitTally`. */
export interface Waits {
  readonly waiting: number;
  /** Waits that have ended. */
  readonly ended: number;
  /** Time waited until `atUs`, that of sequences which still wait included. */
  waitedUsAt(atUs: number): number;
}

/** Where a queue has its columns among the buckets. */
export interface QueueColumns {
  /** Sums: the sequences that wait on each worker, times microseconds. */
  readonly waiting: number;
  /** Maxima: all that wait, then those that wait on each worker. */
  readonly most: number;
}

/** Share by which a sum of doubles may be off after as many additions as a replay has. */
const ROUNDING = 1e-9;

/** A queue up to some time: by its length, and by the waits of its sequences. */
interface Mark {
  /** Integral of the sequences that wait over time, and the most of them. */
  readonly lengthUs: number;
  readonly most: number;
  readonly waitedUs: number;
  readonly ended: number;
  readonly waiting: number;
}

interface Queue {
  readonly waits: Waits;
  sinceUs: number;
  lengthUs: number;
  most: number;
  /** As the statistics began, and as their last request ended. */
  before: Mark;
  after: Mark;
}

/**
 * Follows how many sequences wait on each worker, from one change to the next. What lasts no time
 * is nowhere: a request that is admitted as it comes is no queue. All sums are of integers, so that
 * it does not matter how often a worker is looked at.
 */
export class QueueTally {
  readonly #queues: readonly Queue[];
  /** Sequences that wait on each worker. */
  readonly #lengths: Float64Array;
  readonly #buckets: TimeBuckets;
  readonly #columns: QueueColumns;
  /** All that wait, and since when. */
  #waiting = 0;
  #sinceUs: number = ZERO_US;
  #startUs: number = ZERO_US;
  #endUs: number = ZERO_US;

  /** `waits` are those of each worker. */
  constructor(waits: readonly Waits[], buckets: TimeBuckets, columns: QueueColumns) {
    this.#queues = waits.map(emptyQueue);
    this.#lengths = new Float64Array(waits.length);
    this.#buckets = buckets;
    this.#columns = columns;
  }

  /** Something happened on `worker`: from `atUs` on, as many wait there as it says now. */
  changed(worker: number, atUs: number): void {
    const { waiting } = this.#queues[worker]!.waits;
    const before = this.#lengths[worker]!;
    if (waiting === before) return;
    this.#fold(worker, atUs);
    this.#buckets.raiseSpan(this.#columns.most, this.#sinceUs, atUs, this.#waiting);
    this.#sinceUs = atUs;
    this.#waiting += waiting - before;
    this.#lengths[worker] = waiting;
  }

  /** The statistics begin. The series go on. */
  restart(atUs: number): void {
    this.#startUs = atUs;
    this.#endUs = atUs;
    for (const [worker, queue] of this.#queues.entries()) {
      this.#fold(worker, atUs);
      queue.most = 0;
      queue.before = markOf(queue, atUs);
      queue.after = queue.before;
    }
  }

  /** No request of the statistics is under way: if none comes any more, they end here. */
  pause(atUs: number): void {
    this.#endUs = atUs;
    for (const [worker, queue] of this.#queues.entries()) {
      this.#fold(worker, atUs);
      queue.after = markOf(queue, atUs);
    }
  }

  /** Sequences that wait on `worker`: the mean over the time of the statistics, and the most. */
  lengthOf(worker: number): { readonly mean: number; readonly most: number } {
    const { before, after } = this.#queues[worker]!;
    const spanUs = this.#endUs - this.#startUs;
    return {
      mean: spanUs === 0 ? 0 : (after.lengthUs - before.lengthUs) / spanUs,
      most: after.most,
    };
  }

  /**
   * Asserts Little's law for each worker: over the time of the statistics the integral of the
   * queue's length is what its sequences waited, so that the mean queue is the rate of waits times
   * the mean wait.
   */
  figures(): QueueFigures {
    const lengths = this.#queues.map((_, worker) => this.lengthOf(worker));
    let waits = 0;
    let waitedUs = 0;
    for (const { before, after } of this.#queues) {
      const lengthUs = after.lengthUs - before.lengthUs;
      const queueWaitedUs = after.waitedUs - before.waitedUs;
      const off = Math.abs(lengthUs - queueWaitedUs);
      assert(off <= ROUNDING * Math.max(1, after.waitedUs), "Little's law holds of every queue");
      waits += after.ended - before.ended + after.waiting;
      waitedUs += queueWaitedUs;
    }
    return {
      meanPerWorker: lengths.reduce((sum, { mean }) => sum + mean, 0) / lengths.length,
      mostOnAWorker: Math.max(...lengths.map(({ most }) => most)),
      waits,
      meanWaitMs: waits === 0 ? null : waitedUs / waits / 1000,
    };
  }

  #fold(worker: number, atUs: number): void {
    const queue = this.#queues[worker]!;
    const { sinceUs } = queue;
    const length = this.#lengths[worker]!;
    queue.sinceUs = atUs;
    if (atUs === sinceUs || length === 0) return;
    queue.lengthUs += length * (atUs - sinceUs);
    queue.most = Math.max(queue.most, length);
    this.#buckets.addSpan(this.#columns.waiting + worker, sinceUs, atUs, this.#lengths, worker, 1);
    this.#buckets.raiseSpan(this.#columns.most + 1 + worker, sinceUs, atUs, length);
  }
}

function emptyQueue(waits: Waits): Queue {
  const mark = { lengthUs: 0, most: 0, waitedUs: 0, ended: 0, waiting: 0 };
  return {
    waits,
    sinceUs: ZERO_US,
    lengthUs: ZERO_US,
    most: 0,
    before: mark,
    after: mark,
  };
}

function markOf({ waits, lengthUs, most }: Queue, atUs: number): Mark {
  const { ended, waiting } = waits;
  return { lengthUs, most, waitedUs: waits.waitedUsAt(atUs), ended, waiting };
}
