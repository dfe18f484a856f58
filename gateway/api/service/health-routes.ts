import { type HeaderList, retryAfter } from '../../../shared/errors.ts';
import type { Exchange } from '../../http/exchange.ts';
import type { Handler } from '../../http/http-app.ts';
import type { ClusterFigures } from '../../metrics/cluster-figures.ts';
import type { GatewayMetrics } from '../../metrics/gateway-metrics.ts';
import { healthView } from '../../metrics/health-view.ts';
import type { Route } from '../route.ts';

const TEXT = 'text/plain; charset=utf-8';

/** What the routes show. */
export interface HealthHost {
  readonly version: string;
  readonly draining: boolean;
  readonly metrics: GatewayMetrics;
  readonly figures: ClusterFigures;
  nowUs(): number;
  /** While no worker is up: see `outageS`. */
  outageS(): number | undefined;
}

export const HEALTH_ROUTES: readonly Route<HealthHost>[] = [
  get('/health', (host) => (exchange) => sendHealth(host, exchange)),
  get('/health/detailed', (host) => (exchange) => {
    const view = healthView(host.metrics, host.figures, host.nowUs(), Date.now());
    exchange.sendJson(200, JSON.stringify(view));
  }),
  get('/ready', (host) => (exchange) => sendHealth(host, exchange)),
  get('/live', () => (exchange) => exchange.sendJson(200, '{"status":"alive"}')),
  get('/ping', ping),
  { method: 'POST', path: '/ping', access: 'public', open: ping },
  get('/version', ({ version }) => (exchange) => {
    const body = { name: 'fakeai', version, node: process.version };
    exchange.sendJson(200, JSON.stringify(body));
  }),
];

function get(path: string, open: Route<HealthHost>['open']): Route<HealthHost> {
  return { method: 'GET', path, access: 'public', open };
}

function ping(host: HealthHost): Handler {
  return (exchange) => {
    const { statusCode, headers } = readiness(host);
    exchange.send(statusCode, TEXT, '', headers);
  };
}

interface Readiness {
  /** `starting` while every worker waits to be started again. */
  readonly status: 'healthy' | 'starting' | 'draining';
  readonly statusCode: 200 | 503;
  readonly headers: HeaderList;
}

function readiness(host: HealthHost): Readiness {
  if (host.draining) return { status: 'draining', statusCode: 503, headers: [] };
  const seconds = host.outageS();
  if (seconds === undefined) return { status: 'healthy', statusCode: 200, headers: [] };
  return { status: 'starting', statusCode: 503, headers: retryAfter(seconds) };
}

function sendHealth(host: HealthHost, exchange: Exchange): void {
  const { status, statusCode, headers } = readiness(host);
  const body = { status, ready: statusCode === 200, timestamp: new Date().toISOString() };
  exchange.sendJson(statusCode, JSON.stringify(body), headers);
}
