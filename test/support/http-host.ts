import { CorsPolicy } from '../../gateway/http/cors.ts';
import type { Exchange } from '../../gateway/http/exchange.ts';
import {
  type AppHost,
  type Handler,
  HttpApp,
  type HttpRoute,
} from '../../gateway/http/http-app.ts';
import { Intake } from '../../gateway/http/intake.ts';
import { ReadingTurns } from '../../gateway/http/reading-turns.ts';
import { RandomIds } from '../../gateway/random-ids.ts';
import { errorBody } from '../../shared/errors.ts';

const ENDPOINT = 1;
const OTHER_ENDPOINT = 7;

/** A server around nothing but routes: keeps what the HTTP layer tells it. */
export class HttpHost implements AppHost {
  readonly cors = new CorsPolicy(['*'], true);
  readonly intake = new Intake({ bodyBytes: 1000, bytesInFlight: 2500, requests: 3 });
  readonly readingTurns = new ReadingTurns(() => this.nowUs());
  readonly ids = new RandomIds();
  draining = false;
  readonly startedExchanges: Exchange[] = [];
  readonly endedExchanges: Exchange[] = [];
  readonly defects: unknown[] = [];
  #clockUs = 0;

  nowUs(): number {
    return ++this.#clockUs;
  }

  started(exchange: Exchange): void {
    this.startedExchanges.push(exchange);
  }

  ended(exchange: Exchange): void {
    this.endedExchanges.push(exchange);
  }

  defect(error: unknown): void {
    this.defects.push(error);
  }
}

export function route(method: HttpRoute['method'], pattern: string, handle: Handler): HttpRoute {
  return { method, pattern, endpoint: ENDPOINT, errorBody, handle };
}

/** Listens on any free port. */
export async function serveRoutes(routes: readonly HttpRoute[], host: HttpHost) {
  const app = new HttpApp(routes, OTHER_ENDPOINT, host);
  const port = await app.listen('127.0.0.1', 0);
  return { app, port, origin: `http://127.0.0.1:${port}` };
}
