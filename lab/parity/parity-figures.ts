import { LogHistogram } from '../../shared/log-histogram.ts';
import type { Distribution, ReplayResult } from '../measure/replay-result.ts';
import type { LiveRun } from './open-loop-client.ts';

/** Milliseconds; `null` where there is nothing to describe. */
export type Percentiles = Pick<Distribution, 'p50' | 'p90' | 'p99'>;

/** What is compared, of a run of either kind. */
export interface ParityFigures {
  /** Requests that were answered whole. */
  readonly finished: number;
  readonly unfinished: number;
  readonly ttftMs: Percentiles;
  readonly itlMs: Percentiles;
  readonly e2eMs: Percentiles;
  /**
   * Share of prompt blocks found cached, 0 .. 1; a partial last block of a prompt counts as one.
   */
  readonly blockHitRate: number | null;
  /** Share of the finished requests that each worker served, 0 .. 1. */
  readonly workerShares: readonly number[];
}

/** How late a live run sent its requests. */
export function sendLatenessMs(run: LiveRun): Percentiles {
  const lateness = new LogHistogram();
  for (const lateUs of run.latenessUs) lateness.add(lateUs);
  return percentilesOf(lateness);
}

/** The figures of a live run, as its client saw it. */
export function liveFigures(run: LiveRun, workers: number, blockSize: number): ParityFigures {
  const ttft = new LogHistogram();
  const itl = new LogHistogram();
  const e2e = new LogHistogram();
  const served = new Map<string, number>();
  let blocks = 0;
  let cachedBlocks = 0;
  for (const reply of run.replies) {
    ttft.add(reply.ttftUs);
    e2e.add(reply.e2eUs);
    for (const gapUs of reply.gapsUs) itl.add(gapUs);
    blocks += Math.ceil(reply.promptTokens / blockSize);
    cachedBlocks += reply.cachedTokens / blockSize;
    served.set(reply.worker, (served.get(reply.worker) ?? 0) + 1);
  }
  const counts = Array.from({ length: workers }, (_, index) => served.get(`worker-${index}`) ?? 0);
  return {
    finished: run.replies.length,
    unfinished: run.failures.length,
    ttftMs: percentilesOf(ttft),
    itlMs: percentilesOf(itl),
    e2eMs: percentilesOf(e2e),
    blockHitRate: blocks === 0 ? null : cachedBlocks / blocks,
    workerShares: sharesOf(counts),
  };
}

export function replayFigures(result: ReplayResult): ParityFigures {
  const { requests, latencies, cache, workers } = result;
  return {
    finished: requests.finished,
    unfinished: requests.in - requests.finished,
    ttftMs: latencies.ttftMs,
    itlMs: latencies.itlMs,
    e2eMs: latencies.e2eMs,
    blockHitRate: cache.blockHitRate,
    workerShares: sharesOf(workers.map((worker) => worker.requests)),
  };
}

/**
 * How far the median time to first token may differ: by this share, or by the way over the wire.
 */
const TTFT_SHARE_MAX = 0.03;
const TTFT_MS_MAX = 1;
/** How far the block hit rates may differ. */
const HIT_RATE_MAX = 0.005;

/** Why two runs of the same requests do not agree, in words; nothing where they do. */
export function disagreements(live: ParityFigures, replayed: ParityFigures): string[] {
  const found: string[] = [];
  if (live.unfinished > 0 || live.finished !== replayed.finished) {
    found.push(
      `${live.finished} of ${live.finished + live.unfinished} requests were answered live, ` +
        `${replayed.finished} in the replay`,
    );
  }
  const liveMs = live.ttftMs.p50 ?? 0;
  const replayMs = replayed.ttftMs.p50 ?? 0;
  if (Math.abs(liveMs - replayMs) > Math.max(TTFT_SHARE_MAX * replayMs, TTFT_MS_MAX)) {
    found.push('the median TTFT differs by more than 3 % and 1 ms');
  }
  const hitGap = Math.abs((live.blockHitRate ?? 0) - (replayed.blockHitRate ?? 0));
  if (hitGap > HIT_RATE_MAX) found.push('the block hit rate differs by more than 0.5 points');
  return found;
}

function percentilesOf(histogram: LogHistogram): Percentiles {
  if (histogram.count === 0) return { p50: null, p90: null, p99: null };
  const [p50 = 0, p90 = 0, p99 = 0] = histogram.quantiles([0.5, 0.9, 0.99]);
  return { p50: p50 / 1000, p90: p90 / 1000, p99: p99 / 1000 };
}

function sharesOf(counts: readonly number[]): readonly number[] {
  const sum = counts.reduce((total, count) => total + count, 0);
  return counts.map((count) => (sum === 0 ? 0 : count / sum));
}
