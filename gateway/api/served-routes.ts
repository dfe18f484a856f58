import { errorBody as openAiErrorBody } from '../../shared/errors.ts';
import type { Handler, HttpRoute, Method } from '../http/http-app.ts';
import { keptHead } from '../http/request-head.ts';
import { whenLetIn } from '../http/when-let-in.ts';
import type { EndpointRow, Endpoints } from '../metrics/endpoints.ts';
import type { Gate } from '../policy/gate.ts';
import type { Access, Route } from './route.ts';

/** Methods whose requests have a body. */
const BODIES: readonly Method[] = ['POST', 'PATCH'];

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

/** What lets requests in to the routes of each access. */
export interface Gates {
  /** Everybody is let in where there is none. */
  readonly key?: Gate | undefined;
  /** Nobody is let in where there is none. */
  readonly admin?: Gate | undefined;
}

/**
 * The routes as the HTTP server takes them, each opened on `host`. Without a gate of administration
 * there are none of it; no page of another origin may read an answer of these.
 */
export function servedRoutes<Host>(
  routes: readonly Route<Host>[],
  host: Host,
  endpoints: Endpoints,
  gates: Gates,
): HttpRoute[] {
  const served: HttpRoute[] = [];
  for (const each of routes) {
    const { method, path, access, countedAs, errorBody = openAiErrorBody, open } = each;
    const route = {
      method,
      pattern: path.replace(/\{\w+\}$/, '*').replace(/\{(\w+)\}/g, ':$1'),
      endpoint: endpoints.of(countedAs ?? path),
      errorBody,
      errorStatus: each.errorStatus,
      requestIdHeader: each.requestIdHeader,
    };
    const gate = gateOf(gates, access);
    if (access === 'admin' && gate === undefined) continue;
    const handle = open(host);
    served.push({
      ...route,
      ...(access === 'admin' && { sameOrigin: true }),
      handle: gate === undefined ? handle : guarded(gate, handle, BODIES.includes(method)),
    });
  }
  return served;
}

function gateOf({ key, admin }: Gates, access: Access): Gate | undefined {
  if (access === 'public') return undefined;
  return access === 'key' ? key : admin;
}

function guarded(gate: Gate, handle: Handler, hasBody: boolean): Handler {
  return (exchange, head) => {
    const refusal = gate.refusal(head, exchange);
    if (refusal instanceof Promise) {
      const kept = keptHead(head);
      void whenLetIn(exchange, refusal, hasBody, () => handle(exchange, kept));
    } else if (refusal === undefined) {
      handle(exchange, head);
    } else {
      exchange.refuse(refusal);
    }
  };
}
