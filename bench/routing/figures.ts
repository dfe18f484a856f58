import { meanOf } from '../../lab/experiment/mean.ts';
import { blockResamples } from '../../lab/measure/block-bootstrap.ts';
import type { ReplayResult } from '../../lab/measure/replay-result.ts';
import { RECORD_FIELDS } from '../../lab/measure/request-records.ts';
import { OUTCOME } from '../../shared/protocol.ts';
import { SERVICE_LEVEL } from './row.ts';

/** What the replays of one policy say, all seeds together. */
export interface Figures {
  readonly goodShare: number;
  /** Mean over the seeds, as are those below without a unit. */
  readonly goodPerSecond: number;
  readonly ttftP50Ms: number;
  readonly ttftP90Ms: number;
  readonly hitRate: number;
  /** Tokens computed by the worker that computed most, over the mean of the workers. */
  readonly mostOverMean: number;
  readonly evictedBlocks: number;
  /** The two figures that policies are judged by, in each resample of the windows of time. */
  readonly resampled: {
    readonly goodShare: readonly number[];
    readonly ttftP90Ms: readonly number[];
  };
}

/** One replay that has ended. */
export interface Run {
  readonly result: ReplayResult;
  /** See `RequestRecords`. */
  readonly records: Float64Array;
}

/** Windows of a replay, of equally many requests that arrived one after the other. */
const WINDOWS = 64;
/** More than the windows of all seeds, for packing a window's number behind a time. */
const WINDOW_NUMBERS = 256;

const WIDTH = RECORD_FIELDS.length;
const TTFT = RECORD_FIELDS.indexOf('ttft_us');
const ITL = RECORD_FIELDS.indexOf('itl_mean_us');
const OUTCOME_AT = RECORD_FIELDS.indexOf('outcome');

/**
 * The figures of replays with different seeds. Resamples are drawn alike for all policies, so that
 * two policies can be compared resample by resample. Throws if a request was refused: then the
 * cache is too small for the traffic.
 */
export function figuresOf(runs: readonly Run[]): Figures {
  const windows = new RequestWindows(runs.map(({ records }) => records));
  const once = new Uint16Array(windows.count).fill(1);
  const resamples = blockResamples(windows.count);
  const mean = (of: (result: ReplayResult) => number): number =>
    meanOf(runs.map(({ result }) => of(result)));
  return {
    goodShare: windows.goodShare(once),
    goodPerSecond: mean((result) => result.goodPerSecond),
    ttftP50Ms: windows.ttftMs(once, 0.5),
    ttftP90Ms: windows.ttftMs(once, 0.9),
    hitRate: mean(({ cache }) => cache.tokenHitRate ?? 0),
    mostOverMean: mean(({ imbalance }) => imbalance.maxOverMean),
    evictedBlocks: mean(({ cache }) => cache.evictedBlocks),
    resampled: {
      goodShare: resamples.map((times) => rounded(windows.goodShare(times))),
      ttftP90Ms: resamples.map((times) => rounded(windows.ttftMs(times, 0.9))),
    },
  };
}

/** Requests of several replays by windows, which can be taken more than once, or not at all. */
class RequestWindows {
  readonly count: number;
  readonly #in: Float64Array;
  readonly #good: Float64Array;
  /** Time to first token and window of every request in one number, longest first. */
  readonly #slowest: Float64Array;

  constructor(replays: readonly Float64Array[]) {
    this.count = replays.length * WINDOWS;
    this.#in = new Float64Array(this.count);
    this.#good = new Float64Array(this.count);
    this.#slowest = new Float64Array(replays.reduce((sum, { length }) => sum + length / WIDTH, 0));
    let at = 0;
    for (const [replay, records] of replays.entries()) {
      const requests = records.length / WIDTH;
      for (let request = 0; request < requests; request++) {
        const row = records.subarray(request * WIDTH, (request + 1) * WIDTH);
        if (row[OUTCOME_AT] !== OUTCOME.finished) throw new Error('a request was refused');
        const window = replay * WINDOWS + Math.floor((request * WINDOWS) / requests);
        this.#in[window]!++;
        if (isGood(row)) this.#good[window]!++;
        this.#slowest[at++] = row[TTFT]! * WINDOW_NUMBERS + window;
      }
    }
    this.#slowest.sort().reverse();
  }

  /** `times` says how often each window is taken. */
  goodShare(times: Uint16Array): number {
    return weighed(this.#good, times) / weighed(this.#in, times);
  }

  /** The time that `share` of the requests keep. */
  ttftMs(times: Uint16Array, share: number): number {
    const slower = (1 - share) * weighed(this.#in, times);
    let passed = 0;
    for (const packed of this.#slowest) {
      passed += times[packed % WINDOW_NUMBERS]!;
      if (passed > slower) return Math.floor(packed / WINDOW_NUMBERS) / 1000;
    }
    return 0;
  }
}

/** An answer of one token has no gap. */
function isGood(row: Float64Array): boolean {
  return row[TTFT]! <= SERVICE_LEVEL.ttftUs && row[ITL]! <= SERVICE_LEVEL.itlUs;
}

function weighed(counts: Float64Array, times: Uint16Array): number {
  let sum = 0;
  for (let at = 0; at < times.length; at++) sum += times[at]! * counts[at]!;
  return sum;
}

function rounded(value: number): number {
  return Number(value.toPrecision(5));
}
