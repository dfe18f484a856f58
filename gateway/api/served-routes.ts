import { errorBody as openAiErrorBody } from '../../shared/errors.ts';
import type { AdminAccess } from '../admin/admin-access.ts';
import type { Handler, HttpRoute } from '../http/http-app.ts';
import type { EndpointRow, Endpoints } from '../metrics/endpoints.ts';
import type { Route } from './route.ts';

/** What requests to `routes` are counted under. */
export function endpointRows(routes: readonly Route<never>[]): EndpointRow[] {
  const rows = new Map<string, EndpointRow>();
  for (const { method, path, countedAs = path, generates = false } of routes) {
    if (countedAs === 'other') continue;
    const known = rows.get(countedAs)?.method ?? method;
    rows.set(countedAs, {
      path: countedAs,
      method: known === method ? method : 'any',
      generates,
    });
  }
  return [...rows.values()];
}

/**
 * The routes as the HTTP server takes them, each opened on `host`. Without `admin` there are none
 * of administration; no page of another origin may read an answer of these.
 */
export function servedRoutes<Host>(
  routes: readonly Route<Host>[],
  host: Host,
  endpoints: Endpoints,
  admin: AdminAccess | undefined,
): HttpRoute[] {
  const served: HttpRoute[] = [];
  for (const { method, path, access, countedAs, errorBody = openAiErrorBody, open } of routes) {
    const route = {
      method,
      pattern: path.replace(/\{\w+\}$/, '*'),
      endpoint: endpoints.of(countedAs ?? path),
      errorBody,
    };
    if (access !== 'admin') served.push({ ...route, handle: open(host) });
    else if (admin !== undefined) {
      served.push({ ...route, sameOrigin: true, handle: guarded(admin, open(host)) });
    }
  }
  return served;
}

function guarded(access: AdminAccess, handle: Handler): Handler {
  return (exchange, head) => {
    const refusal = access.refusal(head);
    if (refusal === undefined) handle(exchange, head);
    else exchange.sendError(refusal);
  };
}
