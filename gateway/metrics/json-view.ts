import type { Endpoint } from './endpoints.ts';
import { SECONDS } from './family.ts';
import type { GatewayMetrics } from './gateway-metrics.ts';
import type { SlidingWindow } from './sliding-window.ts';

/** Body of `/metrics` in JSON. Times are in seconds. */
export function metricsView(metrics: GatewayMetrics, nowUs: number) {
  const { endpoints, requests, answers } = metrics;
  const { streams } = answers;
  const all = [...endpoints.rows.keys()];
  const byEndpoint = <View>(of: readonly Endpoint[], view: (endpoint: Endpoint) => View) =>
    Object.fromEntries(of.map((endpoint) => [endpoints.path(endpoint), view(endpoint)]));
  /** Of a window: its values a second, and what they are in the unit of the metric. */
  const windowView = (window: SlidingWindow, unit: number) => {
    const { avg, min, max, p50, p90, p99 } = window.stats(nowUs);
    return {
      rate: window.valuesPerSecond(nowUs),
      avg: avg / unit,
      min: min / unit,
      max: max / unit,
      p50: p50 / unit,
      p90: p90 / unit,
      p99: p99 / unit,
    };
  };
  const latency = byEndpoint(all, (at) => windowView(requests.latencyUs.window(at), SECONDS));
  return {
    /** By arrival. */
    requests: byEndpoint(all, (at) => ({ rate: requests.arrivals.perSecond(at, nowUs) })),
    /** The same as `latency`: an answer for each latency. */
    responses: latency,
    /** Completion tokens of each answer; the rate is tokens a second. */
    tokens: byEndpoint(endpoints.generating, (at) => {
      const window = answers.completionTokens.window(at);
      return { ...windowView(window, 1), rate: window.sumPerSecond(nowUs) };
    }),
    errors: byEndpoint(all, (at) => ({ rate: requests.errors.perSecond(at, nowUs) })),
    latency,
    /** Length of streams. */
    streaming: byEndpoint(endpoints.generating, (at) =>
      windowView(answers.streamUs.window(at), SECONDS),
    ),
    streaming_stats: {
      active_streams: streams.open,
      completed_streams: streams.completed,
      failed_streams: streams.failed,
      ttft: windowView(answers.ttftUs.window(), SECONDS),
      /** Of each completed stream, after its first token; the rate is streams a second. */
      tokens_per_second: windowView(answers.tokensPer1000Seconds.window(), 1000),
      itl: windowView(answers.itlUs.window(), SECONDS),
    },
    totals: {
      requests: requests.arrivals.sum(),
      responses: requests.outcomes.sum(),
      errors: requests.errors.sum(),
      prompt_tokens: answers.tokenTotal('prompt'),
      completion_tokens: answers.tokenTotal('completion'),
      cached_tokens: answers.tokenTotal('cached'),
    },
    uptime_seconds: (nowUs - metrics.startUs) / SECONDS,
  };
}

const COLUMNS = ['rate', 'avg', 'min', 'max', 'p50', 'p90', 'p99'] as const;
const CSV_HEADER =
  'metric_type,endpoint,rate,avg_latency,min_latency,max_latency,p50_latency,p90_latency,p99_latency';

type Row = Readonly<Partial<Record<(typeof COLUMNS)[number], number>>>;

/** Body of `/metrics/csv`: the windows of `metricsView` that are kept by endpoint. */
export function metricsCsv(metrics: GatewayMetrics, nowUs: number): string {
  const view = metricsView(metrics, nowUs);
  const lines = [CSV_HEADER];
  for (const type of ['requests', 'responses', 'tokens', 'errors'] as const) {
    for (const [endpoint, row] of Object.entries<Row>(view[type])) {
      lines.push([type, endpoint, ...COLUMNS.map((column) => row[column] ?? '')].join(','));
    }
  }
  return `${lines.join('\r\n')}\r\n`;
}
