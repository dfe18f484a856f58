import { workerId } from '../../shared/ids.ts';
import type { ClusterFigures } from './cluster-figures.ts';
import type { GatewayMetrics } from './gateway-metrics.ts';

export interface WorkerHealth {
  readonly id: string;
  readonly state: 'up' | 'down';
  readonly running: number;
  readonly waiting: number;
  readonly active_blocks: number;
  readonly cached_blocks: number;
  readonly total_blocks: number;
  readonly restarts: number;
}

/** Body of `/health/detailed`. All but totals is over the sliding window. */
export interface HealthView {
  /**
   * By the share of answers that were server errors: more than 5 %, more than 10 %. Unhealthy also
   * without a worker that is up.
   */
  readonly status: 'healthy' | 'degraded' | 'unhealthy';
  /** Unix seconds. */
  readonly timestamp: number;
  readonly uptime_seconds: number;
  readonly metrics_summary: {
    readonly total_requests_per_second: number;
    readonly total_errors_per_second: number;
    readonly error_rate_percentage: number;
    readonly average_latency_seconds: number;
    readonly active_streams: number;
  };
  /** Those with an answer in the window. */
  readonly endpoints: Readonly<
    Record<
      string,
      {
        readonly requests_per_second: number;
        readonly latency_p50_ms: number;
        readonly latency_p99_ms: number;
      }
    >
  >;
  readonly workers: readonly WorkerHealth[];
  /** See `Saturation`. */
  readonly saturated: boolean;
  /** p99. */
  readonly event_loop_lag_ms: number;
  readonly token_lateness_ms: { readonly p50: number; readonly p99: number };
  /** Since the start: what standard error did not take. */
  readonly log_lines_dropped: number;
}

const MILLISECONDS = 1e3;
const SECONDS = 1e6;

/** `unixMs` is the time of day that `nowUs` is on the monotonic clock. */
export function healthView(
  metrics: GatewayMetrics,
  cluster: ClusterFigures,
  nowUs: number,
  unixMs: number,
): HealthView {
  const { punctuality } = metrics;
  const summary = summaryView(metrics, nowUs);
  const lateness = punctuality.latenessUs.stats(nowUs);
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
    event_loop_lag_ms: punctuality.loopLagUs.stats(nowUs).p99 / MILLISECONDS,
    token_lateness_ms: { p50: lateness.p50 / MILLISECONDS, p99: lateness.p99 / MILLISECONDS },
    log_lines_dropped: cluster.linesDropped(),
  };
}

function summaryView(metrics: GatewayMetrics, nowUs: number): HealthView['metrics_summary'] {
  const { endpoints, requests, answers } = metrics;
  let arrivals = 0;
  let responses = 0;
  let latencyUs = 0;
  for (const endpoint of endpoints.rows.keys()) {
    arrivals += requests.arrivals[endpoint]?.perSecond(nowUs) ?? 0;
    responses += requests.latencyUs[endpoint]?.valuesPerSecond(nowUs) ?? 0;
    latencyUs += requests.latencyUs[endpoint]?.sumPerSecond(nowUs) ?? 0;
  }
  const errors = requests.serverErrors.perSecond(nowUs);
  return {
    total_requests_per_second: arrivals,
    total_errors_per_second: errors,
    error_rate_percentage: responses === 0 ? 0 : (100 * errors) / responses,
    average_latency_seconds: responses === 0 ? 0 : latencyUs / responses / SECONDS,
    active_streams: answers.streams.open,
  };
}

function statusOf(errorPercent: number): HealthView['status'] {
  if (errorPercent > 10) return 'unhealthy';
  return errorPercent > 5 ? 'degraded' : 'healthy';
}

function endpointViews(metrics: GatewayMetrics, nowUs: number): HealthView['endpoints'] {
  const views: Record<string, HealthView['endpoints'][string]> = {};
  for (const [endpoint, { path }] of metrics.endpoints.rows.entries()) {
    const stats = metrics.requests.latencyUs[endpoint]?.stats(nowUs);
    if (stats === undefined || stats.count === 0) continue;
    views[path] = {
      requests_per_second: metrics.requests.arrivals[endpoint]?.perSecond(nowUs) ?? 0,
      latency_p50_ms: stats.p50 / MILLISECONDS,
      latency_p99_ms: stats.p99 / MILLISECONDS,
    };
  }
  return views;
}

function workerViews(metrics: GatewayMetrics, cluster: ClusterFigures): WorkerHealth[] {
  const { workers, options } = metrics;
  return Array.from({ length: options.workers }, (_, index) => {
    const id = workerId(index);
    return {
      id: `worker-${index}`,
      state: cluster.pool.isUp(id) ? 'up' : 'down',
      running: workers.load(index, 'running'),
      waiting: workers.load(index, 'waiting'),
      active_blocks: workers.load(index, 'activeBlocks'),
      cached_blocks: workers.load(index, 'cachedBlocks'),
      total_blocks: options.blocksPerWorker,
      restarts: cluster.pool.restarts(id),
    };
  });
}
