import type { SmartRouter } from '../../engine/router/smart-router.ts';
import { assert } from '../../shared/assert.ts';
import {
  type EventBatch,
  type LoadReport,
  OUTCOME,
  type Outcome,
  type WorkerConfig,
} from '../../shared/protocol.ts';
import { NEVER_US, type TimeUs, ZERO_US } from '../../shared/units.ts';
import type { ServiceLevel } from '../simulate/replay-config.ts';
import type { ReplayRequest } from '../simulate/replay-request.ts';
import { Hindsight } from './hindsight.ts';
import { LatencyTally, meanGapUs } from './latency-tally.ts';
import type { Waits } from './queue-tally.ts';
import type { CacheFigures, ReplayResult, RequestCounts, WorkerFigures } from './replay-result.ts';
import { RequestRecords } from './request-records.ts';
import { WindowTally } from './window-tally.ts';
import { imbalanceOf, WorkerTally } from './worker-tally.ts';

export interface RecorderOptions {
  /** Those of each worker. */
  readonly waits: readonly Waits[];
  readonly worker: WorkerConfig;
  readonly serviceLevel: ServiceLevel;
  readonly records: boolean;
}

/** Sums over the requests of the statistics. */
interface Sums {
  in: number;
  finished: number;
  rejected: number;
  notSent: number;
  good: number;
  /** Finished requests that broke each bound of the service level. */
  missedTtft: number;
  missedItl: number;
  missedE2e: number;
  started: number;
  promptTokens: number;
  cachedTokens: number;
  promptBlocks: number;
  cachedBlocks: number;
  outputTokens: number;
  fetchedBlocks: number;
  /** Cached blocks over all workers, and distinct ones, as each request arrived. */
  copies: number;
  distinct: number;
}

/**
 * Makes a result out of what happens in a replay. Its memory does not grow with the number of
 * requests, unless their records are asked for.
 */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #router: SmartRouter;
  readonly #latency = new LatencyTally();
  readonly #hindsight: Hindsight;
  readonly #workers: WorkerTally;
  readonly #windows = new WindowTally();
  readonly #records: RequestRecords | undefined;
  readonly #sums: Sums = {
    in: 0,
    finished: 0,
    rejected: 0,
    notSent: 0,
    good: 0,
    missedTtft: 0,
    missedItl: 0,
    missedE2e: 0,
    started: 0,
    promptTokens: 0,
    cachedTokens: 0,
    promptBlocks: 0,
    cachedBlocks: 0,
    outputTokens: 0,
    fetchedBlocks: 0,
    copies: 0,
    distinct: 0,
  };
  #warmupRequests = 0;
  /** Requests of the statistics that have not ended. */
  #open = 0;
  #firstUs: number = NEVER_US;
  #lastArrivalUs: number = ZERO_US;
  #lastUs: number = ZERO_US;

  constructor(options: RecorderOptions, router: SmartRouter) {
    this.#options = options;
    this.#router = router;
    this.#hindsight = new Hindsight(options.waits.length, options.worker, this.#latency);
    this.#workers = new WorkerTally(options.waits, options.worker.numBlocks);
    this.#records = options.records ? new RequestRecords() : undefined;
  }

  /** A request is about to be placed. */
  arriving(request: ReplayRequest): void {
    this.#workers.arrived(request.arrivedUs);
    if (!request.counted) {
      this.#warmupRequests++;
      return;
    }
    if (this.#firstUs === NEVER_US) {
      this.#firstUs = request.arrivedUs;
      this.#workers.restart(request.arrivedUs);
    }
    this.#lastArrivalUs = request.arrivedUs;
    this.#windows.arrived(this.#sums.in);
    const { index } = this.#router;
    this.#open++;
    this.#sums.in++;
    this.#sums.distinct += index.blocks;
    for (let worker = 0; worker < this.#options.waits.length; worker++) {
      this.#sums.copies += index.cachedBlocks(worker);
    }
  }

  /** It has been placed when the workers held `heldBlocks` of its prompt, see `Hindsight`. */
  placed(request: ReplayRequest, heldBlocks: Int32Array): void {
    this.#hindsight.placed(request, heldBlocks);
  }

  /** `blocks` of its prompt are on the way from another worker. */
  fetching(request: ReplayRequest, blocks: number): void {
    if (request.counted) this.#sums.fetchedBlocks += blocks;
  }

  started(request: ReplayRequest, cachedTokens: number, queuedUs: number, atUs: TimeUs): void {
    request.firstTokenUs = atUs;
    request.cachedTokens = cachedTokens;
    request.queuedUs = queuedUs;
    this.#workers.started(atUs, request.promptTokens, cachedTokens);
    // Steps compute prompts one after the other, the paced scheduler all that it has admitted.
    const isPaced = this.#options.worker.scheduler === 'paced';
    this.#hindsight.begun(request.number, isPaced ? request.arrivedUs + queuedUs : atUs);
    if (!request.counted) return;
    const ttftUs = atUs - request.arrivedUs;
    this.#latency.started(queuedUs, ttftUs);
    this.#windows.started(this.#indexOf(request), ttftUs, request.promptTokens, cachedTokens);
    const { blockSize } = this.#options.worker;
    const sums = this.#sums;
    sums.started++;
    sums.promptTokens += request.promptTokens;
    sums.cachedTokens += cachedTokens;
    sums.promptBlocks += Math.ceil(request.promptTokens / blockSize);
    sums.cachedBlocks += cachedTokens / blockSize;
  }

  tokens(request: ReplayRequest, count: number, batch: EventBatch): void {
    if (request.counted) this.#latency.tokens(request, count, batch);
    this.#records?.tokens(request, count, batch);
    request.emitted += count;
    request.lastTokenUs = batch.endUs;
  }

  ended(request: ReplayRequest, outcome: Outcome, atUs: TimeUs): void {
    this.#records?.ended(request, outcome);
    if (!request.hasStarted) this.#hindsight.begun(request.number, atUs);
    const sums = this.#sums;
    // Those that never come would have been measured, whatever kept them from coming.
    if (outcome !== OUTCOME.finished) sums.notSent += request.turnsAfter;
    if (!request.counted) return;
    this.#lastUs = atUs;
    this.#open--;
    if (this.#open === 0) this.#workers.pause(atUs);
    if (outcome !== OUTCOME.finished) {
      sums.rejected++;
      return;
    }
    sums.finished++;
    sums.outputTokens += request.emitted;
    this.#judge(request);
    this.#latency.finished(request);
    const { worker, promptTokens, cachedTokens, emitted } = request;
    this.#workers.served(worker, promptTokens, cachedTokens, emitted);
  }

  /** A request has reached its worker, some time after it was placed where it waited for blocks. */
  submitted(worker: number, atUs: number): void {
    this.#workers.submitted(worker, atUs);
  }

  /** `load` holds on `worker` from `atUs` on. */
  reported(worker: number, atUs: TimeUs, load: LoadReport): void {
    this.#workers.reported(worker, atUs, load);
  }

  /** The records of all requests, if they were asked for. */
  records(): Float64Array | undefined {
    return this.#records?.rows();
  }

  result(): ReplayResult {
    assert(this.#hindsight.open === 0, 'every decision has been judged');
    const sums = this.#sums;
    const workers = this.#workers.figures();
    const seconds = Math.max(0, this.#lastUs - this.#firstUs) / 1e6;
    const perSecond = (amount: number): number => (seconds === 0 ? 0 : amount / seconds);
    return {
      requests: this.#counts(),
      warmupRequests: this.#warmupRequests,
      seconds,
      arrivalsPerSecond: this.#arrivalsPerSecond(),
      promptTokens: sums.promptTokens,
      outputTokens: sums.outputTokens,
      outputTokensPerSecond: perSecond(sums.outputTokens),
      totalTokensPerSecond: perSecond(sums.promptTokens + sums.outputTokens),
      latencies: this.#latency.latencies(),
      curves: this.#latency.curves(),
      goodShare: ratio(sums.good, sums.in) ?? 0,
      goodPerSecond: perSecond(sums.good),
      missed: { ttft: sums.missedTtft, itl: sums.missedItl, e2e: sums.missedE2e },
      windows: this.#windows.windows(),
      spread: this.#windows.spread(),
      cache: this.#cacheFigures(workers.reduce((sum, worker) => sum + worker.evictedBlocks, 0)),
      preemptions: workers.reduce((sum, worker) => sum + worker.preemptions, 0),
      queue: this.#workers.queue(),
      imbalance: imbalanceOf(workers.map(computedTokens)),
      workers,
      series: this.#workers.series(),
    };
  }

  #arrivalsPerSecond(): number {
    const spanUs = this.#lastArrivalUs - this.#firstUs;
    return spanUs <= 0 ? 0 : ((this.#sums.in - 1) / spanUs) * 1e6;
  }

  #counts(): RequestCounts {
    const { finished, rejected, notSent } = this.#sums;
    const counts = { in: this.#sums.in, finished, rejected, failed: 0, notSent };
    assert(counts.in === finished + rejected, 'every request is finished or rejected');
    return counts;
  }

  #cacheFigures(evictedBlocks: number): CacheFigures {
    const sums = this.#sums;
    return {
      tokenHitRate: ratio(sums.cachedTokens, sums.promptTokens),
      blockHitRate: ratio(sums.cachedBlocks, sums.promptBlocks),
      evictedBlocks,
      fetchedBlocks: sums.fetchedBlocks,
      copiesPerBlock: ratio(sums.copies, sums.distinct),
      forgottenBlocks: this.#router.forgottenBlocks,
    };
  }

  /** Place of a measured request among them, from 0. */
  #indexOf({ number }: ReplayRequest): number {
    return number - this.#warmupRequests;
  }

  /** Counts whether a finished request has kept the service level, and what it has missed. */
  #judge(request: ReplayRequest): void {
    const { ttftUs, itlUs, e2eUs } = this.#options.serviceLevel;
    const isLate = request.firstTokenUs - request.arrivedUs > ttftUs;
    const isSlow = meanGapUs(request) > itlUs;
    const isLong = request.lastTokenUs - request.arrivedUs > e2eUs;
    if (isLate) this.#sums.missedTtft++;
    if (isSlow) this.#sums.missedItl++;
    if (isLong) this.#sums.missedE2e++;
    if (isLate || isSlow || isLong) return;
    this.#sums.good++;
    this.#windows.good(this.#indexOf(request));
  }
}

/** Work of a worker: tokens of prompts and answers that it had to compute. */
function computedTokens({ promptTokens, cachedTokens, outputTokens }: WorkerFigures): number {
  return promptTokens - cachedTokens + outputTokens;
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
