import type { Logger } from 'pino';
import { Cluster } from '../engine/cluster/cluster.ts';
import type { Clock } from '../engine/host/clock.ts';
import { type PoolListener, WorkerPool } from '../engine/host/worker-pool.ts';
import type { PolicyError } from '../engine/router/policy-error.ts';
import { SmartRouter } from '../engine/router/smart-router.ts';
import { type WorkerId, workerId } from '../shared/ids.ts';
import { profileNumberFor } from '../shared/latency-profiles.ts';
import type { EventBatch } from '../shared/protocol.ts';
import type { SettingSources, Settings } from '../shared/settings/resolve-settings.ts';
import { poolOptions, routerConfig } from './cluster-config.ts';
import type { Answer } from './generate/answer.ts';
import { AnswerWatch } from './generate/answer-watch.ts';
import { BurstWriter, type PendingAnswer } from './generate/burst-writer.ts';
import type { Finish } from './generate/finish.ts';
import type { GeneratorHost } from './generate/generator.ts';
import { outageS } from './generate/outage.ts';
import type { Exchange } from './http/exchange.ts';
import { AnswerObserver } from './metrics/answer-observer.ts';
import type { GatewayMetrics } from './metrics/gateway-metrics.ts';
import type { OwnPolicy } from './own-policy.ts';
import { RecordedCluster } from './recorded-cluster.ts';
import { TokenBuffer } from './text/token-buffer.ts';
import type { Tokenizer } from './text/tokenizer.ts';
import type { TrafficRecorder } from './traffic-recorder.ts';

/** What a live cluster is made of. */
export interface LiveClusterParts {
  readonly settings: Settings;
  readonly sources: SettingSources;
  /** Of the clock, which the workers share. */
  readonly origin: bigint;
  readonly nowUs: Clock;
  readonly logger: Logger;
  readonly metrics: GatewayMetrics;
  readonly tokenizer: Tokenizer;
  readonly recorder: TrafficRecorder | undefined;
  /** In place of the one that the settings name. */
  readonly ownPolicy: OwnPolicy | undefined;
  /** The server's own code threw. */
  readonly defect: (error: unknown, exchange?: Exchange) => void;
}

/**
 * The simulated cluster on its threads, and the answers that it is at work on. What its workers say
 * is applied to router and answers here, in its order.
 */
export class LiveCluster implements GeneratorHost, PoolListener {
  readonly nowUs: Clock;
  readonly tokenizer: Tokenizer;
  readonly maxWaiting: number;
  readonly router: SmartRouter;
  readonly pool: WorkerPool;
  readonly cluster: Cluster;
  readonly watch: AnswerWatch;
  readonly scratch = new TokenBuffer();
  readonly defect: (error: unknown, exchange?: Exchange) => void;
  batchUs = 0;
  readonly #settings: Settings;
  readonly #logger: Logger;
  readonly #metrics: GatewayMetrics;
  readonly #observer: AnswerObserver;
  readonly #recorded: RecordedCluster | undefined;
  readonly #workers: readonly WorkerId[];
  readonly #profiles = new Map<string, number>();
  readonly #writer = new BurstWriter(
    (batch) => this.#metrics.workers.batch(batch, this.nowUs()),
    (error) => this.defect(error),
  );

  constructor(parts: LiveClusterParts) {
    const { settings, metrics, recorder } = parts;
    const { kvCacheNumWorkers: workers, kvCacheBlockSize: blockSize } = settings;
    this.#settings = settings;
    this.#logger = parts.logger;
    this.#metrics = metrics;
    this.defect = parts.defect;
    this.nowUs = parts.nowUs;
    this.tokenizer = parts.tokenizer;
    this.maxWaiting = settings.maxWaiting;
    this.router = new SmartRouter(routerConfig(settings, parts.sources), parts.ownPolicy?.policy);
    this.pool = new WorkerPool(poolOptions(settings, parts.sources, parts.origin), this);
    const listenerDefect = (error: unknown): void => this.defect(error);
    const clusterParts = [this.router, this.pool, workers, blockSize] as const;
    if (recorder !== undefined) {
      this.#recorded = new RecordedCluster(...clusterParts, recorder, listenerDefect);
    }
    this.cluster = this.#recorded ?? new Cluster(...clusterParts, listenerDefect);
    this.#workers = Array.from({ length: workers }, (_, index) => workerId(index));
    this.watch = new AnswerWatch(answerLimits(settings), this.nowUs);
    this.#observer = new AnswerObserver(metrics, settings.enableMetrics);
  }

  /** Of one worker, or of all. See the function of that name. */
  outageS(worker?: WorkerId): number | undefined {
    const workers = worker === undefined ? this.#workers : [worker];
    return outageS(this.pool, workers, performance.now());
  }

  modelLabel(id: string): number {
    return this.#metrics.answers.models.labelOf(id);
  }

  profileOf(model: string): number {
    if (this.#settings.latencyProfile !== 'auto') return 0;
    let profile = this.#profiles.get(model);
    if (profile === undefined) {
      profile = profileNumberFor(model) + 1;
      if (this.#profiles.size < this.#settings.maxModels) this.#profiles.set(model, profile);
    }
    return profile;
  }

  noteRouteUs(routeUs: number): void {
    this.router.noteRouteUs(routeUs);
    if (this.#settings.enableMetrics) this.#metrics.answers.routed(routeUs);
  }

  policyFailed(error: PolicyError): void {
    this.#logger.error({ err: error }, 'the routing policy has failed on a request');
  }

  promptCacheHit(): void {
    if (this.#settings.enableMetrics) this.#metrics.answers.promptCacheHit();
  }

  answerStarted(answer: Answer): void {
    this.watch.add(answer);
    this.#observer.started(answer);
  }

  firstToken(answer: Answer, cachedTokens: number): void {
    this.#observer.firstToken(answer, cachedTokens, this.batchUs);
  }

  nextTokens(answer: Answer, count: number, gapUs: number): void {
    this.#observer.nextTokens(answer, count, gapUs, this.batchUs);
  }

  answerEnded(answer: Answer, finish: Finish): void {
    this.watch.delete(answer);
    if (this.#recorded !== undefined) {
      for (const { request, hasEnded, tokenCount } of answer.choices) {
        this.#recorded.answered(request, hasEnded ? tokenCount : undefined);
      }
    }
    const { exchange, usage } = answer.start;
    const costsNothing = !answer.hasStarted && (finish === 'error' || finish === 'abort');
    exchange.charge?.settle(costsNothing ? 0 : usage.promptTokens + answer.tokenCounts.sum);
    this.#observer.ended(answer, finish, this.nowUs());
  }

  writeLater(answer: PendingAnswer): void {
    this.#writer.add(answer);
  }

  writeWhole(answer: PendingAnswer): void {
    this.#writer.addWhole(answer);
  }

  batch(batch: EventBatch): void {
    this.batchUs = this.nowUs();
    this.cluster.applyBatch(batch);
    if (this.#settings.enableMetrics) this.#writer.addBatch(batch);
  }

  workersDown(workers: readonly WorkerId[], reason: string): void {
    this.#writer.flush();
    for (const worker of workers) {
      this.#logger.error({ worker: `worker-${worker}`, reason }, 'a worker has died');
      this.#metrics.workers.workerDown(worker);
    }
    this.cluster.workersDown(workers, this.nowUs());
  }

  workersBehind(workers: readonly WorkerId[], isBehind: boolean): void {
    const text = isBehind ? 'workers do not keep up and get no new requests' : 'workers keep up';
    this.#logger.warn({ workers: workers.map((worker) => `worker-${worker}`) }, text);
    this.cluster.workersBehind(workers, isBehind);
  }

  workerUp(worker: WorkerId): void {
    if (this.pool.restarts(worker) > 0) {
      this.#logger.info({ worker: `worker-${worker}` }, 'a worker is back, with an empty cache');
    }
    this.cluster.workerUp(worker);
  }
}

function answerLimits(settings: Settings) {
  const intervalUs = settings.streamKeepaliveIntervalSeconds * 1e6;
  const keepAliveUs = settings.streamKeepaliveEnabled ? intervalUs : Infinity;
  return {
    answerUs: settings.streamTimeoutSeconds * 1e6,
    gapUs: settings.streamTokenTimeoutSeconds * 1e6,
    keepAliveUs,
    commentUs: settings.streamKeepaliveComments ? keepAliveUs : Infinity,
  };
}
