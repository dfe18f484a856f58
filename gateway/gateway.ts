import { availableParallelism } from 'node:os';
import { type Logger, pino } from 'pino';
import { Cluster } from '../engine/cluster/cluster.ts';
import { type Clock, clockOrigin, monotonicClock } from '../engine/host/clock.ts';
import { type PoolListener, WorkerPool } from '../engine/host/worker-pool.ts';
import { SmartRouter } from '../engine/router/smart-router.ts';
import { type SettingSources, type Settings, threads } from '../shared/config.ts';
import { type ApiError, apiError } from '../shared/errors.ts';
import type { WorkerId } from '../shared/ids.ts';
import { profileNumberFor } from '../shared/latency-profiles.ts';
import type { EventBatch } from '../shared/protocol.ts';
import { Rng } from '../shared/rng.ts';
import { routerConfig, workerConfig } from './cluster-config.ts';
import { CorsPolicy } from './http/cors.ts';
import type { Exchange } from './http/exchange.ts';
import { type AppHost, HttpApp } from './http/http-app.ts';
import type { AnswerEnd, ChatAnswer } from './openai/chat-answer.ts';
import { ChatEndpoint, type ChatHost } from './openai/chat-endpoint.ts';
import { systemFingerprint } from './openai/ids.ts';
import { ModelCatalog } from './openai/models.ts';
import { loadO200k } from './text/o200k-tokenizer.ts';
import { SimpleTokenizer } from './text/simple-tokenizer.ts';
import type { Tokenizer } from './text/tokenizer.ts';

/** Tokens of one thread that fall due within this time after a message share the next message. */
const TICK_US = 250;
const THREAD_HEAP_MB = 512;

export interface GatewayOptions {
  readonly settings: Settings;
  readonly sources: SettingSources;
  readonly version: string;
  readonly logger: Logger;
}

/**
 * The whole server: the simulated cluster on its threads, and HTTP in front of it. Everything that
 * shares state shares this one thread; only the workers run elsewhere.
 */
export class Gateway implements ChatHost, AppHost, PoolListener {
  readonly cluster: Cluster;
  readonly models: ModelCatalog;
  readonly tokenizer: Tokenizer;
  readonly random: Rng;
  readonly cors: CorsPolicy;
  readonly bodyBytesMax: number;
  readonly maxWaiting: number;
  readonly router: SmartRouter;
  readonly pool: WorkerPool;
  readonly nowUs: Clock;
  readonly #settings: Settings;
  readonly #logger: Logger;
  readonly #app: HttpApp;
  readonly #answers = new Set<ChatAnswer>();
  readonly #profiles = new Map<string, number>();
  draining = false;
  #inFlight = 0;
  #secondAtUs = 0;
  #second = 0;

  /** Starts the workers and listens. Rejects when the address cannot be had. */
  static async start(options: GatewayOptions): Promise<{ gateway: Gateway; port: number }> {
    const { settings } = options;
    const tokenizer = settings.strictTokenCounting ? await loadO200k() : new SimpleTokenizer();
    const gateway = new Gateway(options, tokenizer);
    await gateway.pool.start();
    const port = await gateway.#app.listen(settings.host, settings.port);
    return { gateway, port };
  }

  private constructor(options: GatewayOptions, tokenizer: Tokenizer) {
    const { settings, sources } = options;
    const origin = clockOrigin();
    this.#settings = settings;
    this.#logger = options.logger;
    this.nowUs = monotonicClock(origin);
    this.tokenizer = tokenizer;
    this.random = new Rng(Date.now());
    this.cors = new CorsPolicy(settings.corsAllowedOrigins, settings.corsAllowCredentials);
    this.bodyBytesMax = settings.maxRequestSize;
    this.maxWaiting = settings.maxWaiting;
    this.router = new SmartRouter(routerConfig(settings));
    this.pool = new WorkerPool(
      {
        workers: settings.kvCacheNumWorkers,
        threads: threads(settings, availableParallelism()),
        worker: workerConfig(settings, sources),
        clockOrigin: origin,
        tickUs: TICK_US,
        threadHeapMb: THREAD_HEAP_MB,
      },
      this,
    );
    this.cluster = new Cluster(
      this.router,
      this.pool,
      settings.kvCacheNumWorkers,
      settings.kvCacheBlockSize,
    );
    this.models = new ModelCatalog({
      autoCreate: settings.autoCreateModels,
      defaultWindow: settings.defaultContextWindow,
      maxModels: settings.maxModels,
      reasoningModels: settings.reasoningModels,
      createdS: this.nowS(),
    });
    const chat = new ChatEndpoint(
      {
        seed: settings.seed,
        blockSize: settings.kvCacheBlockSize,
        workers: settings.kvCacheNumWorkers,
        kvEnabled: settings.kvCacheEnabled,
        routesBySession: settings.routerPolicy === 'session',
        validatesContext: settings.enableContextValidation,
        lengths: {
          tokens: settings.outputTokens,
          variancePercent: settings.outputTokensVariancePercent,
        },
        fingerprint: systemFingerprint(options.version + settings.engine + settings.seed),
      },
      this,
    );
    this.#app = new HttpApp(
      [{ method: 'post', pattern: '/v1/chat/completions', endpoint: 0, handle: chat.handle }],
      0,
      this,
    );
  }

  nowS(): number {
    return Math.floor(Date.now() / 1000);
  }

  modelLabel(_id: string): number {
    return 0;
  }

  profileOf(_model: string): number {
    return 0;
  }

  refusal(): ApiError | undefined {
    return undefined;
  }

  isUp(worker: WorkerId): boolean {
    return this.pool.isUp(worker);
  }

  noteRouteUs(_worker: WorkerId, routeUs: number): void {
    this.router.noteRouteUs(routeUs);
  }

  answerStarted(answer: ChatAnswer): void {
    this.#answers.add(answer);
  }

  firstToken(_answer: ChatAnswer, _queuedUs: number): void {}

  answerEnded(answer: ChatAnswer, _end: AnswerEnd): void {
    this.#answers.delete(answer);
  }

  started(_exchange: Exchange): void {
    this.#inFlight++;
  }

  ended(_exchange: Exchange): void {
    this.#inFlight--;
  }

  batch(batch: EventBatch): void {
    this.cluster.applyBatch(batch);
  }

  workerDown(worker: WorkerId, reason: string): void {
    this.#logger.error({ worker, reason }, 'a worker has died');
    this.cluster.workerDown(worker, this.nowUs());
  }

  workerUp(worker: WorkerId): void {
    this.cluster.workerUp(worker);
  }
}
