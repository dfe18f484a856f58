import { apiError, type HeaderList, retryAfter } from '../../../shared/errors.ts';
import type { Exchange } from '../../http/exchange.ts';
import type { RequestHead, Route } from '../../http/http-app.ts';
import { type EndpointPath, endpointOf } from '../../metrics/endpoints.ts';
import {
  capabilitiesJson,
  MODEL_PAGE_MAX,
  type ModelCatalog,
  modelJson,
} from '../../models/model-catalog.ts';

const TEXT = 'text/plain; charset=utf-8';
const CAPABILITIES = '/capabilities';
const MODELS = '/v1/models/';

/** What the routes show. */
export interface ServiceHost {
  readonly version: string;
  readonly draining: boolean;
  readonly models: ModelCatalog;
  nowS(): number;
  /** While no worker is up: see `outageS`. */
  outageS(): number | undefined;
}

/** Models and health. */
export function serviceRoutes(host: ServiceHost): Route[] {
  const get = (path: EndpointPath, handle: Route['handle']): Route => ({
    method: 'get',
    pattern: path,
    endpoint: endpointOf(path),
    handle,
  });
  const ping = (exchange: Exchange): void => {
    const { statusCode, headers } = readiness(host);
    exchange.send(statusCode, TEXT, '', headers);
  };
  return [
    get('/v1/models', (exchange, req) => sendModels(host, exchange, req)),
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
}

interface Readiness {
  /** `starting` while every worker waits to be started again. */
  readonly status: 'healthy' | 'starting' | 'draining';
  readonly statusCode: 200 | 503;
  readonly headers: HeaderList;
}

function readiness(host: ServiceHost): Readiness {
  if (host.draining) return { status: 'draining', statusCode: 503, headers: [] };
  const seconds = host.outageS();
  if (seconds === undefined) return { status: 'healthy', statusCode: 200, headers: [] };
  return { status: 'starting', statusCode: 503, headers: retryAfter(seconds) };
}

function sendHealth(host: ServiceHost, exchange: Exchange): void {
  const { status, statusCode, headers } = readiness(host);
  const body = { status, ready: statusCode === 200, timestamp: new Date().toISOString() };
  exchange.sendJson(statusCode, JSON.stringify(body), headers);
}

/** A page of the list: OpenAI's own has no pages, and its other lists are asked for them so. */
function sendModels(host: ServiceHost, exchange: Exchange, req: RequestHead): void {
  const asked = req.getQuery('limit') ?? String(MODEL_PAGE_MAX);
  const limit = Number(asked);
  const after = req.getQuery('after');
  if (!/^\d+$/.test(asked) || limit < 1 || limit > MODEL_PAGE_MAX) {
    const expected = `an integer from 1 to ${MODEL_PAGE_MAX}`;
    exchange.sendError(apiError('invalid_value', { param: 'limit', got: asked, expected }));
    return;
  }
  const page = host.models.pageJson({ limit, after });
  if (page !== undefined) exchange.sendJson(200, page);
  else {
    const expected = 'the last_id of the page before';
    exchange.sendError(apiError('invalid_value', { param: 'after', got: after ?? '', expected }));
  }
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
