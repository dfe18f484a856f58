import { workerId } from '../../shared/ids.ts';
import type { ClusterFigures } from './cluster-figures.ts';
import { MILLISECONDS } from './family.ts';
import type { GatewayMetrics } from './gateway-metrics.ts';

/** Body of `/kv-cache-metrics`: since the start, but for the loads. `detail` adds the workers. */
export function kvCacheView(metrics: GatewayMetrics, cluster: ClusterFigures, detail: boolean) {
  const { cache, decisionUs } = metrics.answers;
  const { decisions } = cluster.router.totals;
  return {
    cache_performance: {
      /** Requests with at least one cached block over all that got a first token, 0 .. 1. */
      cache_hit_rate: share(cache.hits, cache.requests),
      /** Mean share of cached blocks in the full blocks of a prompt, 0 .. 1, misses included. */
      avg_overlap_score: share(cache.overlapShares, cache.withBlocks),
      total_requests: cache.requests,
      cache_hits: cache.hits,
    },
    smart_router: {
      /** Each worker's share of all decisions. */
      worker_loads: metrics.workers.indices.map((index) =>
        share(cluster.router.decisionsFor(workerId(index)), decisions),
      ),
      routing_decisions: decisions,
      avg_routing_time_ms: share(decisionUs.sumOf(0), decisionUs.countOf(0)) / MILLISECONDS,
      ...(detail ? { workers: workerViews(metrics, cluster) } : {}),
    },
  };
}

/** By name. Counters of blocks are those at admission. */
function workerViews({ workers, options }: GatewayMetrics, { router }: ClusterFigures) {
  const views = workers.indices.map((index) => {
    const view = {
      active_requests: workers.load(index, 'running') + workers.load(index, 'waiting'),
      total_requests: router.decisionsFor(workerId(index)),
      ...workers.loadView(index),
      total_blocks: options.blocksPerWorker,
      ...workers.totalView(index),
      tokens_processed: workers.tokensOut(index),
    };
    return [`worker-${index}`, view] as const;
  });
  return Object.fromEntries(views);
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
