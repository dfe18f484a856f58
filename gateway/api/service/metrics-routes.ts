import { apiError } from '../../../shared/errors.ts';
import type { Settings } from '../../../shared/settings/resolve-settings.ts';
import type { Exchange } from '../../http/exchange.ts';
import type { RequestHead } from '../../http/request-head.ts';
import type { ClusterFigures } from '../../metrics/cluster-figures.ts';
import type { GatewayMetrics } from '../../metrics/gateway-metrics.ts';
import { metricsCsv, metricsView } from '../../metrics/json-view.ts';
import { kvCacheView } from '../../metrics/kv-cache-view.ts';
import type { PrometheusView } from '../../metrics/prometheus-view.ts';
import type { Route } from '../route.ts';

type Format = 'json' | 'prometheus' | 'csv';

/** What the views read. */
export interface MetricsHost {
  readonly settings: Settings;
  readonly metrics: GatewayMetrics;
  readonly prometheus: PrometheusView;
  readonly figures: ClusterFigures;
  nowUs(): number;
}

type Show = (host: MetricsHost, exchange: Exchange, req: RequestHead) => void;

/** The views of the metrics. Those that are switched off say so. */
export const METRICS_ROUTES: readonly Route<MetricsHost>[] = [
  view('/kv-cache-metrics', 'enableMetrics', ({ metrics, figures }, exchange, req) => {
    const body = kvCacheView(metrics, figures, req.getQuery('detail') === 'true');
    exchange.sendJson(200, JSON.stringify(body));
  }),
  view('/metrics', 'enableMetrics', (host, exchange, req) => {
    const { settings, metrics } = host;
    const format = formatOf(req, settings.metricsDefaultFormat);
    if (format === 'csv') sendCsv(host, exchange);
    else if (format === 'json') {
      exchange.sendJson(200, JSON.stringify(metricsView(metrics, host.nowUs())));
    } else if (settings.enablePrometheus) sendPrometheus(host, exchange, req);
    else exchange.sendError(switchedOff('/metrics', 'FAKEAI_ENABLE_PROMETHEUS'));
  }),
  view('/metrics/prometheus', 'enablePrometheus', sendPrometheus),
  {
    ...view('/prometheus/metrics', 'enablePrometheus', sendPrometheus),
    countedAs: '/metrics/prometheus',
  },
  view('/metrics/csv', 'enableMetrics', sendCsv),
];

function view(
  path: string,
  needs: 'enableMetrics' | 'enablePrometheus',
  show: Show,
): Route<MetricsHost> {
  return {
    method: 'GET',
    path,
    access: 'public',
    open: (host) => {
      const { settings } = host;
      if (settings.enableMetrics && settings[needs]) {
        return (exchange, req) => show(host, exchange, req);
      }
      const setting = settings.enableMetrics ? 'FAKEAI_ENABLE_PROMETHEUS' : 'FAKEAI_ENABLE_METRICS';
      return (exchange) => exchange.sendError(switchedOff(path, setting));
    },
  };
}

function sendPrometheus(host: MetricsHost, exchange: Exchange, req: RequestHead): void {
  host.prometheus
    .render(req.getHeader('accept'), host.nowUs())
    .then(({ contentType, text }) => exchange.send(200, contentType, text))
    .catch((error: unknown) => exchange.failed(error));
}

function sendCsv(host: MetricsHost, exchange: Exchange): void {
  exchange.send(200, 'text/csv; charset=utf-8', metricsCsv(host.metrics, host.nowUs()), [
    ['content-disposition', 'attachment; filename="metrics.csv"'],
  ]);
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

function switchedOff(path: string, setting: string) {
  return apiError('feature_disabled', { method: 'GET', path, setting: `${setting}=true` });
}
