import type { LoadReport } from '../../shared/protocol.ts';
import { ZERO_US } from '../../shared/units.ts';
import { QueueTally, type Waits } from './queue-tally.ts';
import type { Imbalance, QueueFigures, Series, WorkerFigures } from './replay-result.ts';
import { TimeBuckets } from './time-buckets.ts';

/**
 * Columns of the buckets: those of the cluster, then those of each worker's load, then the queues.
 */
const ARRIVALS = 0;
const PROMPT_TOKENS = 1;
const CACHED_TOKENS = 2;
const CLUSTER_COLUMNS = 3;
const RUNNING = 0;
const ACTIVE_BLOCKS = 1;
const LOAD_COLUMNS = 2;

/** What a worker told last: its load as above, its counters, and since when that load holds. */
const EVICTED_BLOCKS = 2;
const PREEMPTIONS = 3;
const SINCE_US = 4;
const BUSY_US = 5;
/** A cache line. */
const TOLD_COLUMNS = 8;

interface Tally {
  requests: number;
  promptTokens: number;
  cachedTokens: number;
  outputTokens: number;
  /** The counters of the worker when the statistics began. */
  evictedBefore: number;
  preemptionsBefore: number;
}

/**
 * Follows the workers: how busy each is and how many sequences wait there, in all and over time.
 * All sums are of integers, so that it does not matter how often a worker reports the same. Memory
 * does not grow with the run.
 */
export class WorkerTally {
  readonly #tallies: Tally[];
  /** `TOLD_COLUMNS` of each worker: a report in which nothing is new looks at no more. */
  readonly #told: Float64Array;
  readonly #buckets: TimeBuckets;
  readonly #queueColumns: { readonly waiting: number; readonly most: number };
  readonly #queues: QueueTally;
  readonly #blocksPerWorker: number;
  /** Time of the last report of any worker. */
  #atUs: number = ZERO_US;

  /** `waits` are those of each worker. */
  constructor(waits: readonly Waits[], blocksPerWorker: number) {
    const workers = waits.length;
    const waiting = CLUSTER_COLUMNS + workers * LOAD_COLUMNS;
    const most = waiting + workers;
    this.#tallies = Array.from({ length: workers }, emptyTally);
    this.#told = new Float64Array(workers * TOLD_COLUMNS);
    this.#buckets = new TimeBuckets(most, 1 + workers);
    this.#queueColumns = { waiting, most };
    this.#queues = new QueueTally(waits, this.#buckets, this.#queueColumns);
    this.#blocksPerWorker = blocksPerWorker;
  }

  /** The statistics begin: what was counted so far was warm-up. The series go on. */
  restart(atUs: number): void {
    this.#queues.restart(atUs);
    for (let worker = 0; worker < this.#tallies.length; worker++) {
      const tally = this.#tallies[worker]!;
      const at = worker * TOLD_COLUMNS;
      this.#fold(worker, atUs);
      this.#told[at + BUSY_US] = 0;
      tally.evictedBefore = this.#told[at + EVICTED_BLOCKS]!;
      tally.preemptionsBefore = this.#told[at + PREEMPTIONS]!;
    }
  }

  /** No request of the statistics is under way: if none comes any more, they end here. */
  pause(atUs: number): void {
    this.#queues.pause(atUs);
  }

  arrived(atUs: number): void {
    this.#buckets.add(ARRIVALS, atUs, 1);
  }

  /** A request got its first token: how much of its prompt the worker had. */
  started(atUs: number, promptTokens: number, cachedTokens: number): void {
    this.#buckets.add(PROMPT_TOKENS, atUs, promptTokens);
    this.#buckets.add(CACHED_TOKENS, atUs, cachedTokens);
  }

  /** A request of the statistics ended on `worker` after it got a first token. */
  served(worker: number, promptTokens: number, cachedTokens: number, outputTokens: number): void {
    const tally = this.#tallies[worker]!;
    tally.requests++;
    tally.promptTokens += promptTokens;
    tally.cachedTokens += cachedTokens;
    tally.outputTokens += outputTokens;
  }

  /** A sequence has reached `worker`. */
  submitted(worker: number, atUs: number): void {
    this.#queues.changed(worker, atUs);
  }

  /** `load` holds on `worker` from `atUs` on. */
  reported(worker: number, atUs: number, load: LoadReport): void {
    const told = this.#told;
    const at = worker * TOLD_COLUMNS;
    this.#queues.changed(worker, atUs);
    this.#atUs = atUs;
    if (told[at + RUNNING] !== load.running || told[at + ACTIVE_BLOCKS] !== load.activeBlocks) {
      this.#fold(worker, atUs);
      told[at + RUNNING] = load.running;
      told[at + ACTIVE_BLOCKS] = load.activeBlocks;
    }
    told[at + EVICTED_BLOCKS] = load.evictedBlocks;
    told[at + PREEMPTIONS] = load.preemptions;
  }

  figures(): WorkerFigures[] {
    this.#catchUp();
    return this.#tallies.map((tally, worker) => {
      const waiting = this.#queues.lengthOf(worker);
      const at = worker * TOLD_COLUMNS;
      return {
        requests: tally.requests,
        busySeconds: this.#told[at + BUSY_US]! / 1e6,
        meanWaiting: waiting.mean,
        mostWaiting: waiting.most,
        promptTokens: tally.promptTokens,
        cachedTokens: tally.cachedTokens,
        outputTokens: tally.outputTokens,
        evictedBlocks: this.#told[at + EVICTED_BLOCKS]! - tally.evictedBefore,
        preemptions: this.#told[at + PREEMPTIONS]! - tally.preemptionsBefore,
      };
    });
  }

  /** Asserts Little's law, see `QueueTally`. */
  queue(): QueueFigures {
    return this.#queues.figures();
  }

  series(): Series {
    this.#catchUp();
    const buckets = this.#buckets;
    const column = (read: (bucket: number) => number): number[] =>
      Array.from({ length: buckets.length }, (_, bucket) => read(bucket));
    const perWorker = (row: (worker: number) => number[]): number[][] =>
      this.#tallies.map((_, worker) => row(worker));
    const means = (at: number, whole: number): number[] =>
      column((bucket) => {
        const coveredUs = buckets.coveredUs(bucket);
        return coveredUs === 0 ? 0 : round(buckets.at(bucket, at) / coveredUs / whole);
      });
    const { waiting, most } = this.#queueColumns;
    return {
      bucketSeconds: buckets.widthUs / 1e6,
      running: perWorker((worker) => means(loadColumn(worker) + RUNNING, 1)),
      waiting: perWorker((worker) => means(waiting + worker, 1)),
      mostWaiting: perWorker((worker) => column((bucket) => buckets.at(bucket, most + 1 + worker))),
      queueMost: column((bucket) => buckets.at(bucket, most)),
      kvUse: perWorker((worker) =>
        means(loadColumn(worker) + ACTIVE_BLOCKS, this.#blocksPerWorker),
      ),
      tokenHitRate: Array.from({ length: buckets.length }, (_, bucket) => {
        const tokens = buckets.at(bucket, PROMPT_TOKENS);
        return tokens === 0 ? null : round(buckets.at(bucket, CACHED_TOKENS) / tokens);
      }),
      arrivals: column((bucket) => buckets.at(bucket, ARRIVALS)),
    };
  }

  /** What every worker told last holds until now. */
  #catchUp(): void {
    for (let worker = 0; worker < this.#tallies.length; worker++) this.#fold(worker, this.#atUs);
  }

  #fold(worker: number, atUs: number): void {
    const told = this.#told;
    const at = worker * TOLD_COLUMNS;
    const sinceUs = told[at + SINCE_US]!;
    if (told[at + RUNNING]! > 0) told[at + BUSY_US] = told[at + BUSY_US]! + atUs - sinceUs;
    this.#buckets.addSpan(loadColumn(worker), sinceUs, atUs, told, at, LOAD_COLUMNS);
    told[at + SINCE_US] = atUs;
  }
}

function loadColumn(worker: number): number {
  return CLUSTER_COLUMNS + worker * LOAD_COLUMNS;
}

/** How evenly `amounts` are spread; even when there is nothing to spread. */
export function imbalanceOf(amounts: readonly number[]): Imbalance {
  let sum = 0;
  let squares = 0;
  for (const amount of amounts) {
    sum += amount;
    squares += amount * amount;
  }
  if (sum === 0) return { cv: 0, maxOverMean: 1, jain: 1 };
  const mean = sum / amounts.length;
  const variance = Math.max(0, squares / amounts.length - mean * mean);
  return {
    cv: Math.sqrt(variance) / mean,
    maxOverMean: Math.max(...amounts) / mean,
    jain: (sum * sum) / (amounts.length * squares),
  };
}

function emptyTally(): Tally {
  return {
    requests: 0,
    promptTokens: 0,
    cachedTokens: 0,
    outputTokens: 0,
    evictedBefore: 0,
    preemptionsBefore: 0,
  };
}

function round(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
