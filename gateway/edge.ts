import type { Logger } from 'pino';
import type { Settings } from '../shared/settings/resolve-settings.ts';
import { CorsPolicy } from './http/cors.ts';
import type { Exchange } from './http/exchange.ts';
import type { AppHost } from './http/http-app.ts';
import type { Intake } from './http/intake.ts';
import { ReadingTurns } from './http/reading-turns.ts';
import type { GatewayMetrics } from './metrics/gateway-metrics.ts';
import type { RandomIds } from './random-ids.ts';

/** Status in the metrics of a request whose client left before it got one. */
const CLIENT_LEFT = 499;

/** What all requests have in common, whatever they ask for: limits, books and the access log. */
export class Edge implements AppHost {
  readonly cors: CorsPolicy;
  readonly intake: Intake;
  readonly readingTurns: ReadingTurns;
  readonly ids: RandomIds;
  readonly nowUs: () => number;
  draining = false;
  readonly #settings: Settings;
  readonly #metrics: GatewayMetrics;
  readonly #logger: Logger;

  constructor(
    settings: Settings,
    intake: Intake,
    metrics: GatewayMetrics,
    logger: Logger,
    ids: RandomIds,
    nowUs: () => number,
  ) {
    this.#settings = settings;
    this.#metrics = metrics;
    this.#logger = logger;
    this.cors = new CorsPolicy(settings.corsAllowedOrigins, settings.corsAllowCredentials);
    this.intake = intake;
    this.readingTurns = new ReadingTurns(nowUs);
    this.ids = ids;
    this.nowUs = nowUs;
  }

  started(exchange: Exchange): void {
    if (this.#settings.enableMetrics) {
      this.#metrics.requests.started(exchange.endpoint, exchange.arrivedUs);
    }
  }

  ended(exchange: Exchange): void {
    exchange.charge?.ended(exchange.status);
    if (this.#settings.accessLog) this.#logAccess(exchange);
    if (!this.#settings.enableMetrics) return;
    const { endpoint, arrivedUs, end, hasBegun } = exchange;
    const status = hasBegun ? exchange.status : CLIENT_LEFT;
    const nowUs = this.nowUs();
    this.#metrics.requests.ended(endpoint, status, nowUs - arrivedUs, nowUs);
    if (end === 'client-stalled') this.#metrics.slowClientDropped();
  }

  defect(error: unknown, exchange?: Exchange): void {
    this.#metrics.defect();
    this.#logger.error({ err: error, requestId: exchange?.requestId }, 'a defect of the server');
  }

  #logAccess(exchange: Exchange): void {
    const { requestId, endpoint, status, end, arrivedUs } = exchange;
    const latencyMs = (this.nowUs() - arrivedUs) / 1000;
    const path = this.#metrics.endpoints.path(endpoint);
    this.#logger.info({ requestId, endpoint: path, status, end, latencyMs }, 'request');
  }
}
