import uWS, { type HttpRequest, type HttpResponse, type TemplatedApp } from 'uWebSockets.js';
import { type ApiError, apiError, errorBody } from '../../shared/errors.ts';
import { Exchange, type ExchangeHost, type ExchangeRoute } from './exchange.ts';
import { announcedLength } from './framing.ts';
import { HeadReader, type RequestHead } from './request-head.ts';

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** Answers one request. The head is readable until it returns. */
export type Handler = (exchange: Exchange, head: RequestHead) => void;

/** One path and method, as the server matches them. */
export interface HttpRoute extends ExchangeRoute {
  readonly method: Method;
  /** As uWebSockets.js matches it; a last segment `*` stands for all that follows. */
  readonly pattern: string;
  /** No page of another origin may read the answers, whatever the CORS settings allow. */
  readonly sameOrigin?: true;
  readonly handle: Handler;
}

export interface Tls {
  readonly certFile: string;
  readonly keyFile: string;
}

/** What the app asks of the server for each request, besides what exchanges need. */
export interface AppHost extends ExchangeHost {
  nowUs(): number;
  started(exchange: Exchange): void;
}

type UwsMethod = (typeof METHODS)[Method] | 'head' | 'options' | 'any';
type UwsHandler = (res: HttpResponse, req: HttpRequest) => void;

/** What uWebSockets.js calls them. */
const METHODS = { GET: 'get', POST: 'post', PATCH: 'patch', DELETE: 'del' } as const;

/** The HTTP server: routes, and the answers that no route gives. */
export class HttpApp {
  readonly #app: TemplatedApp;
  /** Of the request at hand. */
  readonly #head = new HeadReader();
  readonly #host: AppHost;
  #listenSocket: uWS.us_listen_socket | undefined;

  /**
   * Requests that fit no route count under `otherEndpoint`, and are told what `unknownPath` says.
   * Throws when the certificate or its key cannot be used.
   */
  constructor(
    routes: readonly HttpRoute[],
    otherEndpoint: number,
    host: AppHost,
    tls?: Tls,
    unknownPath = unknownUrl,
  ) {
    this.#app = tls === undefined ? uWS.App() : secureApp(tls);
    this.#host = host;
    const other = { endpoint: otherEndpoint, errorBody };
    for (const route of routes) {
      const handle = handlerOf(route);
      this.#on(METHODS[route.method], route.pattern, this.#handler(route, handle));
      if (route.method === 'GET') {
        const head = this.#handler(route, (exchange, req) => {
          exchange.omitBody();
          handle(exchange, req);
        });
        this.#on('head', route.pattern, head);
      }
      if (route.sameOrigin === true) {
        const preflight = this.#handler(other, (exchange) => {
          exchange.omitCors();
          exchange.sendEmpty(204, []);
        });
        this.#on('options', route.pattern, preflight);
      }
    }
    this.#app.options(
      '/*',
      this.#handler(other, (exchange, req) => {
        const origin = req.getHeader('origin');
        const asked = req.getHeader('access-control-request-headers');
        exchange.sendEmpty(204, host.cors.preflightHeaders(origin, asked));
      }),
    );
    this.#refuseOtherMethods(routes);
    this.#app.any(
      '/*',
      this.#handler(other, (exchange, req) => {
        const method = req.getMethod().toUpperCase();
        if (method === 'HEAD') exchange.omitBody();
        exchange.sendError(unknownPath(method, req.getUrl()));
      }),
    );
  }

  /** Listens, and returns the port. Throws when the address is taken or not this machine's. */
  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      // Without the option several processes could share the port, and a taken port go unnoticed.
      this.#app.listen(host, port, uWS.LIBUS_LISTEN_EXCLUSIVE_PORT, (socket) => {
        if (socket === false) {
          const reason = 'the address is in use or not here; choose another --port or --host';
          reject(new Error(`cannot listen on ${host}:${port}: ${reason}`));
          return;
        }
        this.#listenSocket = socket;
        resolve(uWS.us_socket_local_port(socket));
      });
    });
  }

  /** Takes no new connections; those that are open go on. */
  stopListening(): void {
    if (this.#listenSocket === undefined) return;
    uWS.us_listen_socket_close(this.#listenSocket);
    this.#listenSocket = undefined;
  }

  /** Ends every connection. */
  close(): void {
    this.#app.close();
  }

  /** A trailing slash makes no difference. */
  #on(method: UwsMethod, pattern: string, handler: UwsHandler): void {
    this.#app[method](pattern, handler);
    if (!pattern.endsWith('*') && pattern !== '/') this.#app[method](`${pattern}/`, handler);
  }

  #handler(route: ExchangeRoute, handle: Handler): UwsHandler {
    return (res, req) => {
      const head = this.#head;
      head.read(req);
      const length = announcedLength(head);
      const isClear = typeof length === 'number';
      const bodyBytes = isClear ? length : 0;
      const exchange = new Exchange(res, head, route, bodyBytes, this.#host.nowUs(), this.#host);
      this.#host.started(exchange);
      if (!isClear) {
        exchange.sendErrorAndClose(length);
        return;
      }
      try {
        handle(exchange, head);
      } catch (error) {
        exchange.failed(error);
      }
    };
  }

  #refuseOtherMethods(routes: readonly HttpRoute[]): void {
    const paths = new Map(routes.map((route) => [route.pattern, route]));
    for (const route of paths.values()) {
      const { pattern } = route;
      const siblings = routes.filter((each) => each.pattern === pattern);
      const allow = siblings.map(({ method }) => method).join(', ');
      const refuse: Handler = (exchange, req) => {
        const method = req.getMethod().toUpperCase();
        if (method === 'HEAD') exchange.omitBody();
        exchange.sendError(
          apiError(
            'method_not_supported',
            { method, path: req.getUrl(), allowed: allow },
            { headers: [['allow', allow]] },
          ),
        );
      };
      const handle = handlerOf({ ...route, handle: refuse });
      this.#on('any', pattern, this.#handler(route, handle));
    }
  }
}

function unknownUrl(method: string, path: string): ApiError {
  return apiError('unknown_url', { method, path });
}

function handlerOf({ handle, sameOrigin }: HttpRoute): Handler {
  if (sameOrigin !== true) return handle;
  return (exchange, req) => {
    exchange.omitCors();
    handle(exchange, req);
  };
}

function secureApp({ certFile, keyFile }: Tls): TemplatedApp {
  try {
    return uWS.SSLApp({ cert_file_name: certFile, key_file_name: keyFile });
  } catch {
    // The library does not say which of them it is, or why.
    const remedy = 'both must be PEM files that can be read, and belong together';
    throw new Error(`cannot use the certificate ${certFile} with the key ${keyFile}: ${remedy}`);
  }
}
