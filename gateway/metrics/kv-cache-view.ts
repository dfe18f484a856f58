import { workerId } from '../../shared/ids.ts';
import type { ClusterFigures } from './cluster-figures.ts';
import type { GatewayMetrics } from './gateway-metrics.ts';

/** One worker in the detailed view. Counters of blocks are those at admission. */
export interface KvWorkerView {
  readonly active_requests: number;
  /** Sequences that the router placed on it. */
  readonly total_requests: number;
  readonly running: number;
  readonly waiting: number;
  readonly active_blocks: number;
  readonly cached_blocks: number;
  readonly total_blocks: number;
  readonly hit_blocks: number;
  readonly missed_blocks: number;
  readonly readmitted_hit_blocks: number;
  readonly readmitted_missed_blocks: number;
  readonly evicted_blocks: number;
  readonly preemptions: number;
  /** Tokens that came out of it. */
  readonly tokens_processed: number;
}

/** Body of `/kv-cache-metrics`. */
export interface KvCacheView {
  readonly cache_performance: {
    /** Requests with at least one cached block over all that got a first token, 0 .. 1. */
    readonly cache_hit_rate: number;
    /** Mean share of cached blocks in the full blocks of a prompt, 0 .. 1, misses included. */
    readonly avg_overlap_score: number;
    readonly total_requests: number;
    readonly cache_hits: number;
  };
  readonly smart_router: {
    /** Each worker's share of all decisions. */
    readonly worker_loads: readonly number[];
    readonly routing_decisions: number;
    readonly avg_routing_time_ms: number;
    /** Only with `detail`. */
    readonly workers?: Readonly<Record<string, KvWorkerView>>;
  };
}

export function kvCacheView(
  metrics: GatewayMetrics,
  cluster: ClusterFigures,
  detail: boolean,
): KvCacheView {
  const { cache, decisionHistogram } = metrics.answers;
  const { decisions } = cluster.router.totals;
  const indices = [...Array(metrics.options.workers).keys()];
  const view = {
    worker_loads: indices.map((index) =>
      share(cluster.router.decisionsFor(workerId(index)), decisions),
    ),
    routing_decisions: decisions,
    avg_routing_time_ms: share(decisionHistogram.sumOf(0), decisionHistogram.countOf(0)) / 1000,
  };
  return {
    cache_performance: {
      cache_hit_rate: share(cache.hits, cache.requests),
      avg_overlap_score: share(cache.overlapShares, cache.withBlocks),
      total_requests: cache.requests,
      cache_hits: cache.hits,
    },
    smart_router: detail ? { ...view, workers: workerViews(metrics, cluster) } : view,
  };
}

function workerViews(
  metrics: GatewayMetrics,
  cluster: ClusterFigures,
): Readonly<Record<string, KvWorkerView>> {
  const { workers, options } = metrics;
  const views: Record<string, KvWorkerView> = {};
  for (let index = 0; index < options.workers; index++) {
    const running = workers.load(index, 'running');
    const waiting = workers.load(index, 'waiting');
    views[`worker-${index}`] = {
      active_requests: running + waiting,
      total_requests: cluster.router.decisionsFor(workerId(index)),
      running,
      waiting,
      active_blocks: workers.load(index, 'activeBlocks'),
      cached_blocks: workers.load(index, 'cachedBlocks'),
      total_blocks: options.blocksPerWorker,
      hit_blocks: workers.total(index, 'hitBlocks'),
      missed_blocks: workers.total(index, 'missedBlocks'),
      readmitted_hit_blocks: workers.total(index, 'readmittedHitBlocks'),
      readmitted_missed_blocks: workers.total(index, 'readmittedMissedBlocks'),
      evicted_blocks: workers.total(index, 'evictedBlocks'),
      preemptions: workers.total(index, 'preemptions'),
      tokens_processed: workers.tokensOut(index),
    };
  }
  return views;
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
