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

interface Tally {
  requests: number;
  busyUs: number;
  promptTokens: number;
  cachedTokens: number;
  outputTokens: number;
  evictedBlocks: number;
  preemptions: number;
  /** The two counters when the statistics began. */
  evictedBefore: number;
  preemptionsBefore: number;
  /** Running, active blocks: what the worker told last, and since when it holds. */
  readonly load: Float64Array;
  loadSinceUs: number;
}

/**
 * Follows the workers: how busy each is and how many sequences wait there, in all and over time.
 * All sums are of integers, so that it does not matter how often a worker reports the same. Memory
 * does not grow with the run.
 */
export class WorkerTally {
  readonly #tallies: Tally[];
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
      this.#fold(worker, atUs);
      tally.busyUs = 0;
      tally.evictedBefore = tally.evictedBlocks;
      tally.preemptionsBefore = tally.preemptions;
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
    const tally = this.#tallies[worker]!;
    this.#queues.changed(worker, atUs);
    this.#atUs = atUs;
    if (tally.load[RUNNING] !== load.running || tally.load[ACTIVE_BLOCKS] !== load.activeBlocks) {
      this.#fold(worker, atUs);
      tally.load[RUNNING] = load.running;
      tally.load[ACTIVE_BLOCKS] = load.activeBlocks;
    }
    tally.evictedBlocks = load.evictedBlocks;
    tally.preemptions = load.preemptions;
  }

  figures(): WorkerFigures[] {
    this.#catchUp();
    return this.#tallies.map((tally, worker) => {
      const waiting = this.#queues.lengthOf(worker);
      return {
        requests: tally.requests,
        busySeconds: tally.busyUs / 1e6,
        meanWaiting: waiting.mean,
        mostWaiting: waiting.most,
        promptTokens: tally.promptTokens,
        cachedTokens: tally.cachedTokens,
        outputTokens: tally.outputTokens,
        evictedBlocks: tally.evictedBlocks - tally.evictedBefore,
        preemptions: tally.preemptions - tally.preemptionsBefore,
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
    const tally = this.#tallies[worker]!;
    if (tally.load[RUNNING]! > 0) tally.busyUs += atUs - tally.loadSinceUs;
    this.#buckets.addSpan(loadColumn(worker), tally.loadSinceUs, atUs, tally.load);
    tally.loadSinceUs = atUs;
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
    busyUs: ZERO_US,
    promptTokens: 0,
    cachedTokens: 0,
    outputTokens: 0,
    evictedBlocks: 0,
    preemptions: 0,
    evictedBefore: 0,
    preemptionsBefore: 0,
    load: new Float64Array(LOAD_COLUMNS),
    loadSinceUs: ZERO_US,
  };
}

function round(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
