import { AnswerMetrics, type AnswerMetricsOptions } from './answer-metrics.ts';
import type { Endpoints } from './endpoints.ts';
import { Punctuality } from './punctuality.ts';
import { RequestMetrics } from './request-metrics.ts';
import { WorkerMetrics } from './worker-metrics.ts';

export interface MetricsOptions extends AnswerMetricsOptions {
  /** Simulated workers, and KV blocks of each. */
  readonly workers: number;
  readonly blocksPerWorker: number;
  /** Whether workers keep blocks that nobody uses. */
  readonly prefixCaching: boolean;
}

/** What the edge says of request bodies. */
export interface BodyFigures {
  /** Bytes of bodies that are being received or read. */
  readonly bytesInFlight: number;
  /** Bodies for which there was no room. */
  readonly bodiesRefused: number;
}

/**
 * All that the gateway counts. The parts are told what happens, as plain numbers; the views read
 * them when somebody asks. Time is on the clock that the workers have too. Calls per unary request:
 * `requests.started`, `answers.routed`, `answers.firstToken`, `answers.ended`, `requests.ended`; a
 * stream adds `answers.streamStarted`, `answers.tokens` for each burst of its tokens, and
 * `requests.streamBroken` if it fails after its status. A batch of a worker is one `workers.batch`.
 */
export class GatewayMetrics {
  readonly options: MetricsOptions;
  readonly endpoints: Endpoints;
  readonly bodies: BodyFigures;
  readonly startUs: number;
  readonly requests: RequestMetrics;
  readonly answers: AnswerMetrics;
  readonly workers: WorkerMetrics;
  readonly punctuality: Punctuality;
  #slowClientsDropped = 0;
  #defects = 0;

  constructor(options: MetricsOptions, bodies: BodyFigures, startUs: number) {
    const { windowUs, endpoints } = options;
    this.endpoints = endpoints;
    this.options = options;
    this.bodies = bodies;
    this.startUs = startUs;
    this.requests = new RequestMetrics(endpoints, windowUs, startUs);
    this.answers = new AnswerMetrics(options, startUs);
    this.punctuality = new Punctuality(windowUs, startUs);
    this.workers = new WorkerMetrics(options.workers, this.punctuality);
  }

  /** A client did not take what was sent to it, and was given up. */
  slowClientDropped(): void {
    this.#slowClientsDropped++;
  }

  get slowClientsDropped(): number {
    return this.#slowClientsDropped;
  }

  /** The server's own code threw where it should not. */
  defect(): void {
    this.#defects++;
  }

  get defects(): number {
    return this.#defects;
  }
}
