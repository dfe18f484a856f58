import { workerId } from '../../shared/ids.ts';
import type { ClusterFigures } from './cluster-figures.ts';
import { MILLISECONDS, SECONDS } from './family.ts';
import type { GatewayMetrics } from './gateway-metrics.ts';

/**
 * Body of `/health/detailed`. All but `log_lines_dropped`, which counts from the start, is over the
 * sliding window. `unixMs` is the time of day that `nowUs` is on the monotonic clock.
 */
export function healthView(
  metrics: GatewayMetrics,
  cluster: ClusterFigures,
  nowUs: number,
  unixMs: number,
) {
  const { punctuality } = metrics;
  const summary = summaryView(metrics, nowUs);
  const lateness = punctuality.latenessUs.window().stats(nowUs);
  const workers = workerViews(metrics, cluster);
  const isDown = workers.every(({ state }) => state === 'down');
  return {
    status: isDown ? 'unhealthy' : statusOf(summary.error_rate_percentage),
    timestamp: unixMs / 1000,
    uptime_seconds: (nowUs - metrics.startUs) / SECONDS,
    metrics_summary: summary,
    endpoints: endpointViews(metrics, nowUs),
    workers,
    saturated: punctuality.isSaturated,
    event_loop_lag_ms: punctuality.loopLagUs.window().stats(nowUs).p99 / MILLISECONDS,
    token_lateness_ms: { p50: lateness.p50 / MILLISECONDS, p99: lateness.p99 / MILLISECONDS },
    log_lines_dropped: cluster.linesDropped(),
  };
}

function summaryView({ endpoints, requests, answers }: GatewayMetrics, nowUs: number) {
  let arrivals = 0;
  let responses = 0;
  let latencyUs = 0;
  for (const endpoint of endpoints.rows.keys()) {
    const latencies = requests.latencyUs.window(endpoint);
    arrivals += requests.arrivals.perSecond(endpoint, nowUs);
    responses += latencies.valuesPerSecond(nowUs);
    latencyUs += latencies.sumPerSecond(nowUs);
  }
  const errors = requests.serverErrors.perSecond(0, nowUs);
  return {
    total_requests_per_second: arrivals,
    total_errors_per_second: errors,
    error_rate_percentage: responses === 0 ? 0 : (100 * errors) / responses,
    average_latency_seconds: responses === 0 ? 0 : latencyUs / responses / SECONDS,
    active_streams: answers.streams.open,
  };
}

/** By the share of answers that were server errors. */
function statusOf(errorPercent: number): 'healthy' | 'degraded' | 'unhealthy' {
  if (errorPercent > 10) return 'unhealthy';
  return errorPercent > 5 ? 'degraded' : 'healthy';
}

/** Those with an answer in the window, by path. */
function endpointViews({ endpoints, requests }: GatewayMetrics, nowUs: number) {
  const views = [...endpoints.rows.entries()].flatMap(([endpoint, { path }]) => {
    const { count, p50, p99 } = requests.latencyUs.window(endpoint).stats(nowUs);
    if (count === 0) return [];
    const view = {
      requests_per_second: requests.arrivals.perSecond(endpoint, nowUs),
      latency_p50_ms: p50 / MILLISECONDS,
      latency_p99_ms: p99 / MILLISECONDS,
    };
    return [[path, view] as const];
  });
  return Object.fromEntries(views);
}

function workerViews({ workers, options }: GatewayMetrics, { pool }: ClusterFigures) {
  return workers.indices.map((index) => ({
    id: `worker-${index}`,
    state: pool.isUp(workerId(index)) ? 'up' : 'down',
    ...workers.loadView(index),
    total_blocks: options.blocksPerWorker,
    restarts: pool.restarts(workerId(index)),
  }));
}
