import { apiError } from '../../../shared/errors.ts';
import type { Exchange } from '../../http/exchange.ts';
import type { RequestHead } from '../../http/request-head.ts';
import {
  capabilitiesJson,
  MODEL_PAGE_MAX,
  type ModelCatalog,
  modelJson,
} from '../../models/model-catalog.ts';
import { decodePath } from '../decode-path.ts';
import type { Route } from '../route.ts';

const CAPABILITIES = '/capabilities';
const MODELS = '/models/';

/** What the routes show. */
export interface ModelHost {
  readonly models: ModelCatalog;
  nowS(): number;
}

export const MODEL_ROUTES: readonly Route<ModelHost>[] = [
  {
    method: 'GET',
    path: '/v1/models',
    access: 'key',
    open: (host) => (exchange, req) => sendModels(host, exchange, req),
  },
  {
    method: 'GET',
    path: `/v1${MODELS}{id}`,
    access: 'key',
    open: (host) => (exchange, req) => sendModel(host, exchange, req),
  },
];

/** A page of the list: OpenAI's own has no pages, and its other lists are asked for them so. */
function sendModels(host: ModelHost, exchange: Exchange, req: RequestHead): void {
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

/** Ids contain slashes, so everything after `/models/` is the id, or the id and `/capabilities`. */
function sendModel(host: ModelHost, exchange: Exchange, req: RequestHead): void {
  const url = req.getUrl();
  const path = decodePath(url.slice(url.indexOf(MODELS) + MODELS.length));
  const asksCapabilities = path.endsWith(CAPABILITIES);
  const id = asksCapabilities ? path.slice(0, -CAPABILITIES.length) : path;
  const model = id === '' ? undefined : host.models.find(id, host.nowS());
  if (model === undefined) {
    exchange.sendError(apiError('model_not_found', { model: id }, { param: 'model' }));
  } else {
    exchange.sendJson(200, asksCapabilities ? capabilitiesJson(model) : modelJson(model));
  }
}
