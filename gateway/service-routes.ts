import { timingSafeEqual } from 'node:crypto';
import type { HttpRequest } from 'uWebSockets.js';
import { maskSecrets } from '../shared/config.ts';
import { apiError } from '../shared/errors.ts';
import { type WorkerId, workerId } from '../shared/ids.ts';
import type { Gateway } from './gateway.ts';
import type { Exchange } from './http/exchange.ts';
import type { Route } from './http/http-app.ts';
import { type EndpointPath, endpointOf, OTHER_ENDPOINT } from './metrics/endpoints.ts';
import { capabilitiesJson, modelJson } from './openai/models.ts';

const TEXT = 'text/plain; charset=utf-8';
const CAPABILITIES = '/capabilities';
const MODELS = '/v1/models/';
const WORKERS = '/admin/workers/';
const FAULTS = ['throw', 'out-of-memory', 'terminate'] as const;
const DECISIONS_MAX = 1000;

/** Every route but those of inference: models, health, metrics and administration. */
export function serviceRoutes(gateway: Gateway): Route[] {
  const get = (path: EndpointPath, handle: Route['handle']): Route => ({
    method: 'get',
    pattern: path,
    endpoint: endpointOf(path),
    handle,
  });
  const ping = (exchange: Exchange): void => {
    exchange.send(gateway.draining ? 503 : 200, TEXT, '');
  };
  const routes: Route[] = [
    get('/v1/models', (exchange) => exchange.sendJson(200, gateway.models.listJson())),
    {
      method: 'get',
      pattern: `${MODELS}*`,
      endpoint: endpointOf('/v1/models/{id}'),
      handle: (exchange, req) => sendModel(gateway, exchange, req),
    },
    get('/health', (exchange) => sendHealth(gateway, exchange)),
    get('/ready', (exchange) => sendHealth(gateway, exchange)),
    get('/live', (exchange) => exchange.sendJson(200, '{"status":"alive"}')),
    get('/ping', ping),
    { method: 'post', pattern: '/ping', endpoint: endpointOf('/ping'), handle: ping },
    get('/version', (exchange) => {
      const { version } = gateway;
      const body = { name: 'fakeai', version, node: process.version };
      exchange.sendJson(200, JSON.stringify(body));
    }),
  ];
  return [...routes, ...(adminIsOn(gateway) ? adminRoutes(gateway) : [])];
}

function sendHealth(gateway: Gateway, exchange: Exchange): void {
  const ready = !gateway.draining;
  const status = ready ? 'healthy' : 'draining';
  const body = { status, ready, timestamp: new Date().toISOString() };
  exchange.sendJson(ready ? 200 : 503, JSON.stringify(body));
}

/** Ids contain slashes, so everything after the prefix is the id, or the id and `/capabilities`. */
function sendModel(gateway: Gateway, exchange: Exchange, req: HttpRequest): void {
  const path = decodePath(req.getUrl().slice(MODELS.length));
  const asksCapabilities = path.endsWith(CAPABILITIES);
  const id = asksCapabilities ? path.slice(0, -CAPABILITIES.length) : path;
  const model = id === '' ? undefined : gateway.models.find(id, gateway.nowS());
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
function adminIsOn({ settings }: Gateway): boolean {
  if (settings.enableAdmin !== 'auto') return settings.enableAdmin === 'true';
  const isLoopback = /^(127\.\d+\.\d+\.\d+|localhost|::1)$/.test(settings.host);
  return isLoopback || settings.adminApiKeys.length > 0;
}

function adminRoutes(gateway: Gateway): Route[] {
  const guarded =
    (handle: Route['handle']): Route['handle'] =>
    (exchange, req) => {
      const credential = req.getHeader('authorization').replace(/^Bearer /, '');
      if (isAdmin(gateway.settings.adminApiKeys, credential)) handle(exchange, req);
      else if (credential === '') exchange.sendError(apiError('missing_api_key', {}));
      else exchange.sendError(apiError('invalid_api_key', { key: maskKey(credential) }));
    };
  return [
    {
      method: 'get',
      pattern: '/admin/config',
      endpoint: endpointOf('/admin/config'),
      handle: guarded((exchange) => {
        const values = maskSecrets(gateway.settings);
        const rows = Object.entries(gateway.sources).map(([name, source]) => {
          return [name, { value: Reflect.get(values, name) ?? null, source }];
        });
        exchange.sendJson(200, JSON.stringify(Object.fromEntries(rows)));
      }),
    },
    {
      method: 'get',
      pattern: '/admin/routing',
      endpoint: endpointOf('/admin/routing'),
      handle: guarded((exchange, req) => sendRouting(gateway, exchange, req)),
    },
    {
      method: 'post',
      pattern: `${WORKERS}*`,
      endpoint: OTHER_ENDPOINT,
      handle: guarded((exchange, req) => killWorker(gateway, exchange, req)),
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

function sendRouting(gateway: Gateway, exchange: Exchange, req: HttpRequest): void {
  const { settings, router } = gateway;
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
    decisions: router.decisions(limit),
  };
  exchange.sendJson(200, JSON.stringify(body));
}

/** `POST /admin/workers/worker-2?fault=throw`: for experiments with what happens then. */
function killWorker(gateway: Gateway, exchange: Exchange, req: HttpRequest): void {
  const name = req.getUrl().slice(WORKERS.length);
  const fault = req.getQuery('fault') ?? 'throw';
  const worker = workerOf(gateway, name);
  if (worker === undefined) {
    const expected = `worker-0 to worker-${gateway.settings.kvCacheNumWorkers - 1}`;
    exchange.sendError(apiError('worker_not_found', { got: name, expected }));
  } else if (fault === 'terminate') {
    void gateway.pool.terminateThreadOf(worker);
    exchange.sendJson(200, JSON.stringify({ worker: name, fault }));
  } else if (fault === 'throw' || fault === 'out-of-memory') {
    gateway.pool.injectFault(worker, fault);
    exchange.sendJson(200, JSON.stringify({ worker: name, fault }));
  } else {
    const expected = FAULTS.join(', ');
    exchange.sendError(apiError('invalid_value', { param: 'fault', got: fault, expected }));
  }
}

function workerOf(gateway: Gateway, name: string): WorkerId | undefined {
  const digits = /^worker-(\d{1,3})$/.exec(name)?.[1];
  if (digits === undefined || Number(digits) >= gateway.settings.kvCacheNumWorkers) return undefined;
  return workerId(Number(digits));
}

/** Enough of a key to recognise one's own typing error by. */
function maskKey(key: string): string {
  return `${key.slice(0, 3)}***`;
}
