import type { WorkerPool } from '../../engine/host/worker-pool.ts';
import type { SmartRouter } from '../../engine/router/smart-router.ts';
import type { Settings } from '../../shared/config.ts';
import { apiError } from '../../shared/errors.ts';
import type { Exchange } from '../http/exchange.ts';
import type { RequestHead, Route } from '../http/http-app.ts';
import type { TrafficRecorder } from '../traffic-recorder.ts';
import type { ClusterFigures } from './cluster-figures.ts';
import { type EndpointPath, endpointOf, OTHER_ENDPOINT } from './endpoints.ts';
import type { GatewayMetrics } from './gateway-metrics.ts';
import { healthView } from './health-view.ts';
import { metricsCsv, metricsView } from './json-view.ts';
import { kvCacheView } from './kv-cache-view.ts';
import { PrometheusView } from './prometheus-view.ts';

type Format = 'json' | 'prometheus' | 'csv';

/** What the views read. */
export interface MetricsHost {
  readonly settings: Settings;
  readonly metrics: GatewayMetrics;
  readonly router: SmartRouter;
  readonly pool: WorkerPool;
  readonly linesDropped: () => number;
  readonly recorder: TrafficRecorder | undefined;
  nowUs(): number;
}

/** The views of the metrics. Those that are switched off say so. */
export function metricsRoutes(host: MetricsHost): Route[] {
  const { settings, metrics } = host;
  const cluster: ClusterFigures = {
    policy: settings.routerPolicy,
    router: host.router,
    pool: host.pool,
    linesDropped: host.linesDropped,
    recorder: host.recorder,
  };
  const prometheus = new PrometheusView(metrics, cluster);
  const sendPrometheus = (exchange: Exchange, accept: string): void => {
    prometheus
      .render(accept, host.nowUs())
      .then(({ contentType, text }) => exchange.send(200, contentType, text))
      .catch((error: unknown) => exchange.failed(error));
  };
  const sendCsv = (exchange: Exchange): void => {
    exchange.send(200, 'text/csv; charset=utf-8', metricsCsv(metrics, host.nowUs()), [
      ['content-disposition', 'attachment; filename="metrics.csv"'],
    ]);
  };
  const get = (
    path: string,
    endpoint: EndpointPath,
    needs: 'enableMetrics' | 'enablePrometheus',
    handle: Route['handle'],
  ): Route => {
    const isOn = settings.enableMetrics && settings[needs];
    const setting = settings.enableMetrics ? 'FAKEAI_ENABLE_PROMETHEUS' : 'FAKEAI_ENABLE_METRICS';
    const refuse: Route['handle'] = (exchange) => {
      const details = { method: 'GET', path, setting: `${setting}=true` };
      exchange.sendError(apiError('feature_disabled', details));
    };
    return {
      method: 'get',
      pattern: path,
      endpoint: endpoint === 'other' ? OTHER_ENDPOINT : endpointOf(endpoint),
      handle: isOn ? handle : refuse,
    };
  };
  return [
    get('/metrics', '/metrics', 'enableMetrics', (exchange, req) => {
      const format = formatOf(req, settings.metricsDefaultFormat);
      if (format === 'csv') sendCsv(exchange);
      else if (format === 'json') {
        exchange.sendJson(200, JSON.stringify(metricsView(metrics, host.nowUs())));
      } else if (settings.enablePrometheus) sendPrometheus(exchange, req.getHeader('accept'));
      else exchange.sendError(prometheusOff('/metrics'));
    }),
    get('/metrics/csv', '/metrics/csv', 'enableMetrics', sendCsv),
    ...(['/metrics/prometheus', '/prometheus/metrics'] as const).map((path) =>
      get(path, '/metrics/prometheus', 'enablePrometheus', (exchange, req) =>
        sendPrometheus(exchange, req.getHeader('accept')),
      ),
    ),
    get('/kv-cache-metrics', '/kv-cache-metrics', 'enableMetrics', (exchange, req) => {
      const view = kvCacheView(metrics, cluster, req.getQuery('detail') === 'true');
      exchange.sendJson(200, JSON.stringify(view));
    }),
    {
      method: 'get',
      pattern: '/health/detailed',
      endpoint: endpointOf('/health/detailed'),
      handle: (exchange) => {
        const view = healthView(metrics, cluster, host.nowUs(), Date.now());
        exchange.sendJson(200, JSON.stringify(view));
      },
    },
  ];
}

/**
 * What the query asks for, else what the client accepts, else the configured default. A client that
 * accepts anything, such as axios with its `application/json, text/plain`, gets JSON if it says so
 * first; scrapers of Prometheus do not name JSON.
 */
function formatOf(req: RequestHead, fallback: Format): Format {
  const asked = req.getQuery('format');
  if (asked === 'json' || asked === 'prometheus' || asked === 'csv') return asked;
  const accept = req.getHeader('accept');
  const json = accept.indexOf('application/json');
  const text = accept.search(/text\/plain|application\/openmetrics-text/);
  if (json >= 0 && (text < 0 || json < text)) return 'json';
  return text >= 0 ? 'prometheus' : fallback;
}

function prometheusOff(path: string) {
  const setting = 'FAKEAI_ENABLE_PROMETHEUS=true';
  return apiError('feature_disabled', { method: 'GET', path, setting });
}
