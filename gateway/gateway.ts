import type { Logger } from 'pino';
import { Cluster } from '../engine/cluster/cluster.ts';
import { type Clock, clockOrigin, monotonicClock } from '../engine/host/clock.ts';
import { type PoolListener, WorkerPool } from '../engine/host/worker-pool.ts';
import { SmartRouter } from '../engine/router/smart-router.ts';
import type { SettingSources, Settings } from '../shared/config.ts';
import { type WorkerId, workerId } from '../shared/ids.ts';
import { profileNumberFor } from '../shared/latency-profiles.ts';
import type { EventBatch } from '../shared/protocol.ts';
import { adminAccess } from './admin/admin-access.ts';
import { ROUTES, type RouteHost } from './api/routes.ts';
import { endpointRows, servedRoutes } from './api/served-routes.ts';
import { BurstWriter, type PendingAnswer } from './burst-writer.ts';
import { poolOptions, routerConfig } from './cluster-config.ts';
import type { Answer } from './generate/answer.ts';
import { AnswerWatch } from './generate/answer-watch.ts';
import { Generator, type GeneratorHost } from './generate/generator.ts';
import { CorsPolicy } from './http/cors.ts';
import type { Exchange } from './http/exchange.ts';
import { type AppHost, HttpApp } from './http/http-app.ts';
import { Intake } from './http/intake.ts';
import { ReadingTurns } from './http/reading-turns.ts';
import type { Finish } from './metrics/answer-metrics.ts';
import { AnswerObserver } from './metrics/answer-observer.ts';
import type { ClusterFigures } from './metrics/cluster-figures.ts';
import { Endpoints } from './metrics/endpoints.ts';
import { GatewayMetrics } from './metrics/gateway-metrics.ts';
import { LoopLagSampler } from './metrics/loop-lag-sampler.ts';
import { PrometheusView } from './metrics/prometheus-view.ts';
import { DEFAULT_MODEL, ModelCatalog } from './models/model-catalog.ts';
import { outageS } from './outage.ts';
import { PromptCache } from './prompt/prompt-cache.ts';
import { PromptReader } from './prompt/prompt-reader.ts';
import { SlicedWork } from './prompt/sliced-work.ts';
import { RandomWords, systemFingerprint } from './random-ids.ts';
import { RecordedCluster } from './recorded-cluster.ts';
import { createTokenizer } from './text/create-tokenizer.ts';
import { TokenBuffer } from './text/token-buffer.ts';
import type { Tokenizer } from './text/tokenizer.ts';
import type { TrafficRecorder } from './traffic-recorder.ts';

/** Status in the metrics of a request whose client left before it got one. */
const CLIENT_LEFT = 499;

export interface GatewayOptions {
  readonly settings: Settings;
  readonly sources: SettingSources;
  readonly version: string;
  readonly logger: Logger;
  /** Lines of the log that were lost so far. */
  readonly linesDropped?: () => number;
  /** Writes the traffic down. Whoever made it closes it, after the gateway has stopped. */
  readonly recorder?: TrafficRecorder | undefined;
}

/**
 * The whole server: the simulated cluster on its threads, and HTTP in front of it. All that shares
 * state is on this one thread; only the workers run elsewhere.
 */
export class Gateway implements GeneratorHost, RouteHost, AppHost, PoolListener {
  readonly settings: Settings;
  readonly sources: SettingSources;
  readonly version: string;
  readonly nowUs: Clock;
  readonly tokenizer: Tokenizer;
  readonly random = new RandomWords();
  readonly cors: CorsPolicy;
  readonly intake: Intake;
  readonly readingTurns: ReadingTurns;
  readonly maxWaiting: number;
  readonly router: SmartRouter;
  readonly pool: WorkerPool;
  readonly cluster: Cluster;
  readonly models: ModelCatalog;
  readonly prompts: PromptReader;
  readonly promptCache: PromptCache;
  readonly scratch = new TokenBuffer();
  readonly metrics: GatewayMetrics;
  readonly figures: ClusterFigures;
  readonly prometheus: PrometheusView;
  readonly generator: Generator;
  readonly fingerprint: string;
  batchUs = 0;
  draining = false;
  readonly #logger: Logger;
  readonly #watch: AnswerWatch;
  readonly #observer: AnswerObserver;
  readonly #writer = new BurstWriter(
    (batch) => this.metrics.workers.batch(batch, this.nowUs()),
    (error) => this.defect(error),
  );
  readonly #lagSampler: LoopLagSampler;
  readonly #app: HttpApp;
  readonly #profiles = new Map<string, number>();
  readonly #readsSession: boolean;
  readonly #recorded: RecordedCluster | undefined;
  readonly #workers: readonly WorkerId[];
  #nowS = Math.floor(Date.now() / 1000);
  readonly #clock: NodeJS.Timeout;

  /** Starts the workers and listens. Rejects when the address cannot be had. */
  static async start(options: GatewayOptions): Promise<{ gateway: Gateway; port: number }> {
    const { host, port } = options.settings;
    const tokenizer = await createTokenizer(options.settings);
    const gateway = new Gateway(options, tokenizer);
    try {
      await gateway.pool.start();
      const listeningPort = await gateway.#app.listen(host, port);
      return { gateway, port: listeningPort };
    } catch (error) {
      await gateway.#end();
      throw error;
    }
  }

  private constructor(options: GatewayOptions, tokenizer: Tokenizer) {
    const { settings, sources, recorder } = options;
    this.settings = settings;
    this.sources = sources;
    this.version = options.version;
    this.#logger = options.logger;
    const origin = clockOrigin();
    this.nowUs = monotonicClock(origin);
    this.tokenizer = tokenizer;
    this.cors = new CorsPolicy(settings.corsAllowedOrigins, settings.corsAllowCredentials);
    this.intake = new Intake({
      bodyBytes: settings.maxRequestSize,
      bytesInFlight: settings.maxBodyBytesInFlight,
      requests: settings.limitConcurrency,
    });
    this.readingTurns = new ReadingTurns(this.nowUs);
    this.maxWaiting = settings.maxWaiting;
    this.router = new SmartRouter(routerConfig(settings));
    this.pool = new WorkerPool(poolOptions(settings, sources, origin), this);
    const { kvCacheNumWorkers: workers, kvCacheBlockSize: blockSize } = settings;
    this.#readsSession = settings.routerPolicy === 'session' || recorder !== undefined;
    const clusterParts = [this.router, this.pool, workers, blockSize] as const;
    if (recorder !== undefined) {
      this.#recorded = new RecordedCluster(...clusterParts, recorder, this.#listenerDefect);
    }
    this.cluster = this.#recorded ?? new Cluster(...clusterParts, this.#listenerDefect);
    this.#workers = Array.from({ length: workers }, (_, index) => workerId(index));
    this.models = new ModelCatalog({
      autoCreate: settings.autoCreateModels,
      defaultWindow: settings.defaultContextWindow,
      maxModels: settings.maxModels,
      reasoningModels: settings.reasoningModels,
      createdS: this.#nowS,
    });
    this.prompts = new PromptReader(tokenizer, new SlicedWork());
    this.promptCache = new PromptCache({
      maxEntries: settings.enablePromptCaching ? settings.promptCacheMaxEntries : 0,
      ttlSeconds: settings.cacheTtlSeconds,
      minTokens: settings.minTokensForCache,
    });
    this.metrics = new GatewayMetrics(
      {
        endpoints: new Endpoints(endpointRows(ROUTES)),
        servedModel: DEFAULT_MODEL,
        blockSize,
        windowUs: settings.metricsWindowSeconds * 1e6,
        workers,
        blocksPerWorker: settings.kvCacheNumBlocks,
        prefixCaching: settings.kvCacheEnabled,
      },
      this.intake,
      this.nowUs(),
    );
    this.#observer = new AnswerObserver(this.metrics, settings.enableMetrics);
    this.figures = {
      policy: settings.routerPolicy,
      router: this.router,
      pool: this.pool,
      linesDropped: options.linesDropped ?? (() => 0),
      recorder,
    };
    this.prometheus = new PrometheusView(this.metrics, this.figures);
    this.generator = this.#newGenerator();
    this.fingerprint = systemFingerprint(
      [this.version, settings.engine, settings.seed, settings.kvCacheBlockSize].join(),
    );
    this.#watch = new AnswerWatch(answerLimits(settings), this.nowUs);
    this.#lagSampler = new LoopLagSampler(this.metrics.punctuality, this.nowUs);
    this.#app = this.#httpApp();
    this.#watch.start();
    this.#lagSampler.start();
    this.#clock = setInterval(() => this.#readWallClock(), 200).unref();
  }

  /** Answers under way. */
  get answers(): number {
    return this.#watch.size;
  }

  /**
   * Takes no new work, lets answers finish until `deadlineMs` and breaks off the rest, then ends
   * the threads and all connections.
   */
  async stop(deadlineMs: number): Promise<void> {
    this.draining = true;
    this.#app.stopListening();
    this.intake.close();
    await this.intake.idle(deadlineMs);
    await this.#watch.settle(0);
    await this.#end();
  }

  nowS(): number {
    return this.#nowS;
  }

  modelLabel(id: string): number {
    return this.metrics.answers.models.labelOf(id);
  }

  profileOf(model: string): number {
    if (this.settings.latencyProfile !== 'auto') return 0;
    let profile = this.#profiles.get(model);
    if (profile === undefined) {
      profile = profileNumberFor(model) + 1;
      if (this.#profiles.size < this.settings.maxModels) this.#profiles.set(model, profile);
    }
    return profile;
  }

  /** Of one worker, or of all. See the function of that name. */
  outageS(worker?: WorkerId): number | undefined {
    const workers = worker === undefined ? this.#workers : [worker];
    return outageS(this.pool, workers, performance.now());
  }

  noteRouteUs(routeUs: number): void {
    this.router.noteRouteUs(routeUs);
    if (this.settings.enableMetrics) this.metrics.answers.routed(routeUs);
  }

  promptCacheHit(): void {
    if (this.settings.enableMetrics) this.metrics.answers.promptCacheHit();
  }

  answerStarted(answer: Answer): void {
    this.#watch.add(answer);
    this.#observer.started(answer);
  }

  firstToken(answer: Answer, cachedTokens: number): void {
    this.#observer.firstToken(answer, cachedTokens, this.batchUs);
  }

  nextTokens(answer: Answer, count: number, gapUs: number): void {
    this.#observer.nextTokens(answer, count, gapUs, this.batchUs);
  }

  answerEnded(answer: Answer, finish: Finish): void {
    this.#watch.delete(answer);
    if (this.#recorded !== undefined) {
      for (const { request, hasEnded, tokenCount } of answer.choices) {
        this.#recorded.answered(request, hasEnded ? tokenCount : undefined);
      }
    }
    this.#observer.ended(answer, finish, this.nowUs());
  }

  started(exchange: Exchange): void {
    if (this.settings.enableMetrics) {
      this.metrics.requests.started(exchange.endpoint, exchange.arrivedUs);
    }
  }

  ended(exchange: Exchange): void {
    if (this.settings.accessLog) this.#logAccess(exchange);
    if (!this.settings.enableMetrics) return;
    const { endpoint, arrivedUs, end, hasBegun } = exchange;
    const status = hasBegun ? exchange.status : CLIENT_LEFT;
    const nowUs = this.nowUs();
    this.metrics.requests.ended(endpoint, status, nowUs - arrivedUs, nowUs);
    if (end === 'client-stalled') this.metrics.slowClientDropped();
  }

  defect(error: unknown, exchange?: Exchange): void {
    this.metrics.defect();
    this.#logger.error({ err: error, requestId: exchange?.requestId }, 'a defect of the server');
  }

  batch(batch: EventBatch): void {
    this.batchUs = this.nowUs();
    this.cluster.applyBatch(batch);
    if (this.settings.enableMetrics) this.#writer.addBatch(batch);
  }

  writeLater(answer: PendingAnswer): void {
    this.#writer.add(answer);
  }

  writeWhole(answer: PendingAnswer): void {
    this.#writer.addWhole(answer);
  }

  workersDown(workers: readonly WorkerId[], reason: string): void {
    this.#writer.flush();
    for (const worker of workers) {
      this.#logger.error({ worker: `worker-${worker}`, reason }, 'a worker has died');
      this.metrics.workers.workerDown(worker);
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

  readonly #listenerDefect = (error: unknown): void => this.defect(error);

  #httpApp(): HttpApp {
    const { settings, metrics } = this;
    const { endpoints } = metrics;
    const routes = servedRoutes(ROUTES, this, endpoints, adminAccess(settings));
    return new HttpApp(routes, endpoints.other, this, tlsOf(settings));
  }

  #newGenerator(): Generator {
    const { settings } = this;
    return new Generator(
      {
        seed: settings.seed,
        blockSize: settings.kvCacheBlockSize,
        workers: settings.kvCacheNumWorkers,
        tokensPerWorker: settings.kvCacheNumBlocks * settings.kvCacheBlockSize,
        kvEnabled: settings.kvCacheEnabled,
        readsSession: this.#readsSession,
        validatesContext: settings.enableContextValidation,
        lengths: {
          tokens: settings.outputTokens,
          variancePercent: settings.outputTokensVariancePercent,
        },
      },
      this,
    );
  }

  #readWallClock(): void {
    this.#nowS = Math.floor(Date.now() / 1000);
  }

  #logAccess(exchange: Exchange): void {
    const { requestId, endpoint, status, end, arrivedUs } = exchange;
    const latencyMs = (this.nowUs() - arrivedUs) / 1000;
    this.#logger.info(
      { requestId, endpoint: this.metrics.endpoints.path(endpoint), status, end, latencyMs },
      'request',
    );
  }

  async #end(): Promise<void> {
    this.#watch.stop();
    this.#lagSampler.stop();
    clearInterval(this.#clock);
    await this.pool.stop();
    this.#app.close();
  }
}

function answerLimits(settings: Settings) {
  const comments = settings.streamKeepaliveEnabled && settings.streamKeepaliveComments;
  return {
    answerUs: settings.streamTimeoutSeconds * 1e6,
    gapUs: settings.streamTokenTimeoutSeconds * 1e6,
    keepAliveUs: comments ? settings.streamKeepaliveIntervalSeconds * 1e6 : Infinity,
  };
}

function tlsOf(settings: Settings) {
  const { sslCertfile: certFile, sslKeyfile: keyFile } = settings;
  return certFile === undefined || keyFile === undefined ? undefined : { certFile, keyFile };
}
