/** What requests are counted under: route templates, never the paths that clients send. */

interface EndpointRow {
  /** Label of the metrics: ids are braces, so that a client cannot make series. */
  readonly path: string;
  /**
   * The method of the route, or `any` if it has several. A request with another one gets 405 and
   * counts under `other`.
   */
  readonly method: string;
}

/** Every route, each path once; its index is the endpoint. The last one stands for the rest. */
export const ENDPOINTS = [
  { path: '/v1/chat/completions', method: 'POST' },
  { path: '/v1/models', method: 'GET' },
  { path: '/v1/models/{id}', method: 'GET' },
  { path: '/health', method: 'GET' },
  { path: '/health/detailed', method: 'GET' },
  { path: '/ready', method: 'GET' },
  { path: '/live', method: 'GET' },
  { path: '/ping', method: 'any' },
  { path: '/version', method: 'GET' },
  { path: '/kv-cache-metrics', method: 'GET' },
  { path: '/metrics', method: 'GET' },
  { path: '/metrics/prometheus', method: 'GET' },
  { path: '/metrics/csv', method: 'GET' },
  { path: '/admin/config', method: 'GET' },
  { path: '/admin/routing', method: 'GET' },
  { path: 'other', method: 'other' },
] as const satisfies readonly EndpointRow[];

export type EndpointPath = (typeof ENDPOINTS)[number]['path'];

/** Index of an endpoint in `ENDPOINTS`. */
export type Endpoint = number;

/** Those whose requests workers answer. */
export const ANSWERING_ENDPOINTS: readonly Endpoint[] = [0];

/** Where requests count that fit no route. */
export const OTHER_ENDPOINT: Endpoint = ENDPOINTS.length - 1;

const INDEX: ReadonlyMap<string, Endpoint> = new Map(
  ENDPOINTS.map((row, index) => [row.path, index]),
);

/** The endpoint of a route template, to be looked up once per route. */
export function endpointOf(path: EndpointPath): Endpoint {
  return INDEX.get(path) ?? OTHER_ENDPOINT;
}

/** The route template of an endpoint. */
export function endpointPath(endpoint: Endpoint): string {
  return ENDPOINTS[endpoint]?.path ?? 'other';
}
