import type { Endpoint } from './endpoints.ts';
import type { GatewayMetrics } from './gateway-metrics.ts';
import type { SlidingWindow } from './sliding-window.ts';

/** Requests and errors: only how many come in a second. */
export interface RateView {
  readonly rate: number;
}

/** A sliding window: its rate, and its values in the unit of the metric. */
export interface WindowView extends RateView {
  readonly avg: number;
  readonly min: number;
  readonly max: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
}

type ByEndpoint<View> = Readonly<Record<string, View>>;

/** Body of `/metrics` in JSON. Times are in seconds. */
export interface MetricsView {
  /** By arrival. */
  readonly requests: ByEndpoint<RateView>;
  /** The same as `latency`: an answer for each latency. */
  readonly responses: ByEndpoint<WindowView>;
  /** Completion tokens of each answer; the rate is tokens a second. */
  readonly tokens: ByEndpoint<WindowView>;
  readonly errors: ByEndpoint<RateView>;
  readonly latency: ByEndpoint<WindowView>;
  /** Length of streams. */
  readonly streaming: ByEndpoint<WindowView>;
  readonly streaming_stats: {
    readonly active_streams: number;
    readonly completed_streams: number;
    readonly failed_streams: number;
    readonly ttft: WindowView;
    /** Of each completed stream, after its first token; the rate is streams a second. */
    readonly tokens_per_second: WindowView;
    readonly itl: WindowView;
  };
  readonly totals: {
    readonly requests: number;
    readonly responses: number;
    readonly errors: number;
    readonly prompt_tokens: number;
    readonly completion_tokens: number;
    readonly cached_tokens: number;
  };
  readonly uptime_seconds: number;
}

const SECONDS = 1e6;

export function metricsView(metrics: GatewayMetrics, nowUs: number): MetricsView {
  const { endpoints, requests, answers } = metrics;
  const all = [...endpoints.rows.keys()];
  const byEndpoint = <View>(
    of: readonly Endpoint[],
    view: (endpoint: Endpoint) => View,
  ): ByEndpoint<View> =>
    Object.fromEntries(of.map((endpoint) => [endpoints.path(endpoint), view(endpoint)]));
  const latency = byEndpoint(all, (endpoint) =>
    windowView(requests.latencyUs[endpoint], nowUs, SECONDS),
  );
  return {
    requests: byEndpoint(all, (endpoint) => ({
      rate: requests.arrivals[endpoint]?.perSecond(nowUs) ?? 0,
    })),
    responses: latency,
    tokens: byEndpoint(endpoints.generating, (endpoint) => ({
      ...windowView(answers.completionTokens[endpoint], nowUs, 1),
      rate: answers.completionTokens[endpoint]?.sumPerSecond(nowUs) ?? 0,
    })),
    errors: byEndpoint(all, (endpoint) => ({
      rate: requests.errors[endpoint]?.perSecond(nowUs) ?? 0,
    })),
    latency,
    streaming: byEndpoint(endpoints.generating, (endpoint) =>
      windowView(answers.streamUs[endpoint], nowUs, SECONDS),
    ),
    streaming_stats: {
      active_streams: answers.streams.open,
      completed_streams: answers.streams.completed,
      failed_streams: answers.streams.failed,
      ttft: windowView(answers.ttftUs, nowUs, SECONDS),
      tokens_per_second: windowView(answers.tokensPer1000Seconds, nowUs, 1000),
      itl: windowView(answers.itlUs, nowUs, SECONDS),
    },
    totals: totals(metrics),
    uptime_seconds: (nowUs - metrics.startUs) / SECONDS,
  };
}

const CSV_HEADER =
  'metric_type,endpoint,rate,avg_latency,min_latency,max_latency,p50_latency,p90_latency,p99_latency';

/** Body of `/metrics/csv`: the windows of `metricsView` that are kept by endpoint. */
export function metricsCsv(metrics: GatewayMetrics, nowUs: number): string {
  const view = metricsView(metrics, nowUs);
  const lines = [CSV_HEADER];
  for (const type of ['requests', 'responses', 'tokens', 'errors'] as const) {
    for (const [endpoint, row] of Object.entries<RateView | WindowView>(view[type])) {
      const values =
        'avg' in row ? [row.avg, row.min, row.max, row.p50, row.p90, row.p99] : Array(6).fill('');
      lines.push([type, endpoint, row.rate, ...values].join(','));
    }
  }
  return `${lines.join('\r\n')}\r\n`;
}

function totals(metrics: GatewayMetrics): MetricsView['totals'] {
  const { endpoints, requests, answers } = metrics;
  const sum = { requests: 0, responses: 0, errors: 0 };
  for (const endpoint of endpoints.rows.keys()) {
    sum.requests += requests.startedCount(endpoint);
    sum.responses += requests.answerCount(endpoint);
    sum.errors += requests.errorCount(endpoint);
  }
  return {
    ...sum,
    prompt_tokens: answers.tokenTotal('prompt'),
    completion_tokens: answers.tokenTotal('completion'),
    cached_tokens: answers.tokenTotal('cached'),
  };
}

/** `scale` units of the window make one of the view. */
function windowView(window: SlidingWindow | undefined, nowUs: number, scale: number): WindowView {
  if (window === undefined) return { rate: 0, avg: 0, min: 0, max: 0, p50: 0, p90: 0, p99: 0 };
  const { avg, min, max, p50, p90, p99 } = window.stats(nowUs);
  return {
    rate: window.valuesPerSecond(nowUs),
    avg: avg / scale,
    min: min / scale,
    max: max / scale,
    p50: p50 / scale,
    p90: p90 / scale,
    p99: p99 / scale,
  };
}
