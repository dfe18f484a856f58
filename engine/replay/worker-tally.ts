import type { LoadReport } from '../../shared/protocol.ts';
import type { Imbalance, Series, WorkerFigures } from './replay-result.ts';
import { TimeBuckets } from './time-buckets.ts';

/** Columns of the buckets: those of the cluster, then three for each worker. */
const ARRIVALS = 0;
const PROMPT_TOKENS = 1;
const CACHED_TOKENS = 2;
const CLUSTER_COLUMNS = 3;
const RUNNING = 0;
const WAITING = 1;
const ACTIVE_BLOCKS = 2;
const WORKER_COLUMNS = 3;

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
  /** Running, waiting, active blocks: what the worker told last, and since when it holds. */
  readonly load: Float64Array;
  loadSinceUs: number;
}

/**
 * Follows what the workers report: how busy each is, in all and over time. All sums are of
 * integers, so that it does not matter how often a worker reports the same. Memory does not grow
 * with the run.
 */
export class WorkerTally {
  readonly #tallies: Tally[];
  readonly #buckets: TimeBuckets;
  readonly #blocksPerWorker: number;

  constructor(workers: number, blocksPerWorker: number) {
    this.#tallies = Array.from({ length: workers }, emptyTally);
    this.#buckets = new TimeBuckets(CLUSTER_COLUMNS + workers * WORKER_COLUMNS);
    this.#blocksPerWorker = blocksPerWorker;
  }

  /** The statistics begin: what was counted so far was warm-up. The series go on. */
  restart(atUs: number): void {
    for (let worker = 0; worker < this.#tallies.length; worker++) {
      const tally = this.#tallies[worker]!;
      this.#fold(worker, atUs);
      tally.busyUs = 0;
      tally.evictedBefore = tally.evictedBlocks;
      tally.preemptionsBefore = tally.preemptions;
    }
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

  /** `load` holds on `worker` from `atUs` on. */
  reported(worker: number, atUs: number, load: LoadReport): void {
    const tally = this.#tallies[worker]!;
    this.#fold(worker, atUs);
    tally.load[RUNNING] = load.running;
    tally.load[WAITING] = load.waiting;
    tally.load[ACTIVE_BLOCKS] = load.activeBlocks;
    tally.evictedBlocks = load.evictedBlocks;
    tally.preemptions = load.preemptions;
  }

  figures(): WorkerFigures[] {
    return this.#tallies.map((tally) => ({
      requests: tally.requests,
      busySeconds: tally.busyUs / 1e6,
      promptTokens: tally.promptTokens,
      cachedTokens: tally.cachedTokens,
      outputTokens: tally.outputTokens,
      evictedBlocks: tally.evictedBlocks - tally.evictedBefore,
      preemptions: tally.preemptions - tally.preemptionsBefore,
    }));
  }

  series(): Series {
    const buckets = this.#buckets;
    const column = (read: (bucket: number) => number): number[] =>
      Array.from({ length: buckets.length }, (_, bucket) => read(bucket));
    const perWorker = (offset: number, whole: number): number[][] =>
      this.#tallies.map((_, worker) => {
        const at = CLUSTER_COLUMNS + worker * WORKER_COLUMNS + offset;
        return column((bucket) => round(buckets.at(bucket, at) / buckets.widthUs / whole));
      });
    return {
      bucketSeconds: buckets.widthUs / 1e6,
      running: perWorker(RUNNING, 1),
      waiting: perWorker(WAITING, 1),
      kvUse: perWorker(ACTIVE_BLOCKS, this.#blocksPerWorker),
      tokenHitRate: Array.from({ length: buckets.length }, (_, bucket) => {
        const tokens = buckets.at(bucket, PROMPT_TOKENS);
        return tokens === 0 ? null : round(buckets.at(bucket, CACHED_TOKENS) / tokens);
      }),
      arrivals: column((bucket) => buckets.at(bucket, ARRIVALS)),
    };
  }

  #fold(worker: number, atUs: number): void {
    const tally = this.#tallies[worker]!;
    if (tally.load[RUNNING]! > 0) tally.busyUs += atUs - tally.loadSinceUs;
    const column = CLUSTER_COLUMNS + worker * WORKER_COLUMNS;
    this.#buckets.addSpan(column, tally.loadSinceUs, atUs, tally.load);
    tally.loadSinceUs = atUs;
  }
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
    busyUs: 0,
    promptTokens: 0,
    cachedTokens: 0,
    outputTokens: 0,
    evictedBlocks: 0,
    preemptions: 0,
    evictedBefore: 0,
    preemptionsBefore: 0,
    load: new Float64Array(WORKER_COLUMNS),
    loadSinceUs: 0,
  };
}

function round(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
