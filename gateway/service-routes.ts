import { timingSafeEqual } from 'node:crypto';
import type { WorkerPool } from '../engine/host/worker-pool.ts';
import type { SmartRouter } from '../engine/router/smart-router.ts';
import { maskSecrets, type SettingSources, type Settings } from '../shared/config.ts';
import { apiError } from '../shared/errors.ts';
import { type WorkerId, workerId } from '../shared/ids.ts';
import type { Exchange } from './http/exchange.ts';
import type { RequestHead, Route } from './http/http-app.ts';
import { type EndpointPath, endpointOf, OTHER_ENDPOINT } from './metrics/endpoints.ts';
import { capabilitiesJson, type ModelCatalog, modelJson } from './openai/models.ts';
import { decisionView } from './routing-view.ts';

const TEXT = 'text/plain; charset=utf-8';
const CAPABILITIES = '/capabilities';
const MODELS = '/v1/models/';
const WORKERS = '/admin/workers/';
const FAULTS = ['throw', 'out-of-memory', 'terminate'] as const;
const DECISIONS_MAX = 1000;

/** What the routes show and change. */
export interface ServiceHost {
  readonly settings: Settings;
  readonly sources: SettingSources;
  readonly version: string;
  readonly draining: boolean;
  readonly models: ModelCatalog;
  readonly router: SmartRouter;
  readonly pool: WorkerPool;
  nowS(): number;
  nowUs(): number;
}

/** Every route but those of inference and of metrics: models, health and administration. */
export function serviceRoutes(host: ServiceHost): Route[] {
  const get = (path: EndpointPath, handle: Route['handle']): Route => ({
    method: 'get',
    pattern: path,
    endpoint: endpointOf(path),
    handle,
  });
  const ping = (exchange: Exchange): void => {
    exchange.send(host.draining ? 503 : 200, TEXT, '');
  };
  const routes: Route[] = [
    get('/v1/models', (exchange) => exchange.sendJson(200, host.models.listJson())),
    {
      method: 'get',
      pattern: `${MODELS}*`,
      endpoint: endpointOf('/v1/models/{id}'),
      handle: (exchange, req) => sendModel(host, exchange, req),
    },
    get('/health', (exchange) => sendHealth(host, exchange)),
    get('/ready', (exchange) => sendHealth(host, exchange)),
    get('/live', (exchange) => exchange.sendJson(200, '{"status":"alive"}')),
    get('/ping', ping),
    { method: 'post', pattern: '/ping', endpoint: endpointOf('/ping'), handle: ping },
    get('/version', (exchange) => {
      const { version } = host;
      const body = { name: 'fakeai', version, node: process.version };
      exchange.sendJson(200, JSON.stringify(body));
    }),
  ];
  return [...routes, ...(adminIsOn(host) ? adminRoutes(host) : [])];
}

function sendHealth(host: ServiceHost, exchange: Exchange): void {
  const ready = !host.draining;
  const status = ready ? 'healthy' : 'draining';
  const body = { status, ready, timestamp: new Date().toISOString() };
  exchange.sendJson(ready ? 200 : 503, JSON.stringify(body));
}

/** Ids contain slashes, so everything after the prefix is the id, or the id and `/capabilities`. */
function sendModel(host: ServiceHost, exchange: Exchange, req: RequestHead): void {
  const path = decodePath(req.getUrl().slice(MODELS.length));
  const asksCapabilities = path.endsWith(CAPABILITIES);
  const id = asksCapabilities ? path.slice(0, -CAPABILITIES.length) : path;
  const model = id === '' ? undefined : host.models.find(id, host.nowS());
  if (model === undefined) {
    exchange.sendError(apiError('model_not_found', { model: id }, { param: 'model' }));
  } else {
    exchange.sendJson(200, asksCapabilities ? capabilitiesJson(model) : modelJson(model));
  }
}

function decodePath(path: string): string {
  const trimmed = path.endsWith('/') ? path.slice(0, -1) : path;
  try {
    return decodeURIComponent(trimmed);
  } catch {
    return trimmed;
  }
}

/** On request, or by default where only this machine can reach it or keys guard it. */
function adminIsOn({ settings }: ServiceHost): boolean {
  if (settings.enableAdmin !== 'auto') return settings.enableAdmin === 'true';
  const isLoopback = /^(127\.\d+\.\d+\.\d+|localhost|::1)$/.test(settings.host);
  return isLoopback || settings.adminApiKeys.length > 0;
}

function adminRoutes(host: ServiceHost): Route[] {
  const guarded =
    (handle: Route['handle']): Route['handle'] =>
    (exchange, req) => {
      const credential = req.getHeader('authorization').replace(/^Bearer /, '');
      if (isAdmin(host.settings.adminApiKeys, credential)) handle(exchange, req);
      else if (credential === '') exchange.sendError(apiError('missing_api_key', {}));
      else exchange.sendError(apiError('invalid_api_key', { key: maskKey(credential) }));
    };
  return [
    {
      method: 'get',
      pattern: '/admin/config',
      endpoint: endpointOf('/admin/config'),
      handle: guarded((exchange) => {
        const values = maskSecrets(host.settings);
        const rows = Object.entries(host.sources).map(([name, source]) => {
          return [name, { value: Reflect.get(values, name) ?? null, source }];
        });
        exchange.sendJson(200, JSON.stringify(Object.fromEntries(rows)));
      }),
    },
    {
      method: 'get',
      pattern: '/admin/routing',
      endpoint: endpointOf('/admin/routing'),
      handle: guarded((exchange, req) => sendRouting(host, exchange, req)),
    },
    {
      method: 'post',
      pattern: `${WORKERS}*`,
      endpoint: OTHER_ENDPOINT,
      handle: guarded((exchange, req) => killWorker(host, exchange, req)),
    },
  ];
}

/** Without keys everybody who can reach the route may use it. */
function isAdmin(keys: readonly string[], credential: string): boolean {
  if (keys.length === 0) return true;
  const given = Buffer.from(credential);
  return keys.some((key) => {
    const expected = Buffer.from(key);
    return expected.length === given.length && timingSafeEqual(expected, given);
  });
}

function sendRouting(host: ServiceHost, exchange: Exchange, req: RequestHead): void {
  const { settings, router } = host;
  const nowUs = host.nowUs();
  const unixMs = Date.now();
  const limit = Number(req.getQuery('limit') ?? 100);
  if (!Number.isInteger(limit) || limit < 1 || limit > DECISIONS_MAX) {
    const expected = `an integer from 1 to ${DECISIONS_MAX}`;
    const got = req.getQuery('limit') ?? '';
    exchange.sendError(apiError('invalid_value', { param: 'limit', got, expected }));
    return;
  }
  const body = {
    policy: settings.routerPolicy,
    weights: {
      kv_overlap_weight: settings.kvOverlapWeight,
      load_balance_weight: settings.loadBalanceWeight,
      temperature: settings.routerTemperature,
    },
    decisions: router.decisions(limit).map((decision) => decisionView(decision, nowUs, unixMs)),
  };
  exchange.sendJson(200, JSON.stringify(body));
}

/** `POST /admin/workers/worker-2?fault=throw`: for experiments with what happens then. */
function killWorker(host: ServiceHost, exchange: Exchange, req: RequestHead): void {
  const name = req.getUrl().slice(WORKERS.length);
  const fault = req.getQuery('fault') ?? 'throw';
  const worker = workerOf(host, name);
  if (worker === undefined) {
    const expected = `worker-0 to worker-${host.settings.kvCacheNumWorkers - 1}`;
    exchange.sendError(apiError('worker_not_found', { got: name, expected }));
  } else if (fault === 'terminate') {
    void host.pool.terminateThreadOf(worker);
    exchange.sendJson(200, JSON.stringify({ worker: name, fault }));
  } else if (fault === 'throw' || fault === 'out-of-memory') {
    host.pool.injectFault(worker, fault);
    exchange.sendJson(200, JSON.stringify({ worker: name, fault }));
  } else {
    const expected = FAULTS.join(', ');
    exchange.sendError(apiError('invalid_value', { param: 'fault', got: fault, expected }));
  }
}

function workerOf(host: ServiceHost, name: string): WorkerId | undefined {
  const digits = /^worker-(\d{1,3})$/.exec(name)?.[1];
  if (digits === undefined || Number(digits) >= host.settings.kvCacheNumWorkers) return undefined;
  return workerId(Number(digits));
}

/** Enough of a key to recognise one's own typing error by. */
function maskKey(key: string): string {
  return `${key.slice(0, 3)}***`;
}
