import type { Logger } from 'pino';
import type { Cluster } from '../engine/cluster/cluster.ts';
import { type Clock, clockOrigin, monotonicClock } from '../engine/host/clock.ts';
import type { WorkerPool } from '../engine/host/worker-pool.ts';
import type { PolicySource } from '../engine/router/policy-source.ts';
import type { SmartRouter } from '../engine/router/smart-router.ts';
import type { WorkerId } from '../shared/ids.ts';
import type { SettingSources, Settings } from '../shared/settings/resolve-settings.ts';
import { ResponseStore } from './api/responses/response-store.ts';
import { ROUTES, type RouteHost } from './api/routes.ts';
import { endpointRows, servedRoutes } from './api/served-routes.ts';
import { unknownPath } from './api/unknown-path.ts';
import { warmUp, warmUpAnswer } from './api/warm-up.ts';
import { ApiPolicy, sharedBuckets } from './api-policy.ts';
import { workerConfig } from './cluster-config.ts';
import { Edge } from './edge.ts';
import { FixtureBook } from './fixtures/fixture-book.ts';
import type { FixtureSource } from './fixtures/load-fixtures.ts';
import { FirstTokenDelay } from './generate/first-token-delay.ts';
import { Generator } from './generate/generator.ts';
import { HttpApp } from './http/http-app.ts';
import { Intake } from './http/intake.ts';
import { LiveCluster } from './live-cluster.ts';
import type { ClusterFigures } from './metrics/cluster-figures.ts';
import { Endpoints } from './metrics/endpoints.ts';
import { GatewayMetrics } from './metrics/gateway-metrics.ts';
import { LoopLagSampler } from './metrics/loop-lag-sampler.ts';
import { PrometheusView } from './metrics/prometheus-view.ts';
import { DEFAULT_MODEL, ModelCatalog } from './models/model-catalog.ts';
import { OwnPolicy } from './own-policy.ts';
import type { InputChecks } from './policy/input-checks.ts';
import type { RedisBuckets } from './policy/redis-buckets.ts';
import { PromptCache } from './prompt/prompt-cache.ts';
import { PromptReader } from './prompt/prompt-reader.ts';
import { SlicedWork } from './prompt/sliced-work.ts';
import { RandomIds, systemFingerprint } from './random-ids.ts';
import { PromptSafety, type SafetySettings } from './scores/prompt-safety.ts';
import { pieceIds } from './text/corpus.ts';
import { createTokenizer } from './text/create-tokenizer.ts';
import type { Tokenizer } from './text/tokenizer.ts';
import type { TrafficRecorder } from './traffic-recorder.ts';
import { Embedder } from './vectors/embedder.ts';

export interface GatewayOptions {
  readonly settings: Settings;
  readonly sources: SettingSources;
  readonly version: string;
  readonly logger: Logger;
  /** Lines of the log that were lost so far. */
  readonly linesDropped?: () => number;
  /** Writes the traffic down. Whoever made it closes it, after the gateway has stopped. */
  readonly recorder?: TrafficRecorder | undefined;
  /** A routing policy of the user's own, in place of the one that the settings name. */
  readonly policySource?: PolicySource | undefined;
  /** Scripted answers. */
  readonly fixtureSource?: FixtureSource | undefined;
}

/**
 * The whole server: the simulated cluster on its threads, and HTTP in front of it. All that shares
 * state is on this one thread; only the workers run elsewhere.
 */
export class Gateway implements RouteHost {
  readonly settings: Settings;
  readonly sources: SettingSources;
  readonly version: string;
  /** Of version and settings. */
  readonly fingerprint: string;
  readonly tokenizer: Tokenizer;
  readonly nowUs: Clock;
  readonly ids = new RandomIds();
  readonly intake: Intake;
  readonly metrics: GatewayMetrics;
  readonly ownPolicy: OwnPolicy | undefined;
  readonly router: SmartRouter;
  readonly pool: WorkerPool;
  readonly cluster: Cluster;
  readonly models: ModelCatalog;
  readonly generator: Generator;
  readonly fixtures: FixtureBook;
  readonly safety: PromptSafety;
  readonly responses: ResponseStore;
  readonly embedder: Embedder;
  readonly embeddingDimensions: number;
  /** Of what no worker computes. */
  readonly delay: FirstTokenDelay;
  readonly slicedWork = new SlicedWork();
  readonly inputChecks: InputChecks | undefined;
  readonly figures: ClusterFigures;
  readonly prometheus: PrometheusView;
  readonly #edge: Edge;
  readonly #live: LiveCluster;
  readonly #policy: ApiPolicy;
  readonly #app: HttpApp;
  readonly #lagSampler: LoopLagSampler;
  #nowS = Math.floor(Date.now() / 1000);
  readonly #clock: NodeJS.Timeout;

  /**
   * Starts the workers and listens. Rejects when the address cannot be had, or the user's own
   * policy cannot be created.
   */
  static async start(options: GatewayOptions): Promise<{ gateway: Gateway; port: number }> {
    const { host, port } = options.settings;
    const tokenizer = await createTokenizer(options.settings);
    const ownPolicy = await ownPolicyOf(options);
    const buckets = await sharedBuckets(options.settings, options.logger);
    const gateway = new Gateway(options, tokenizer, ownPolicy, buckets);
    try {
      const started = gateway.pool.start();
      pieceIds(tokenizer.kind);
      warmUp();
      warmUp();
      warmUpAnswer();
      await started;
      warmUp();
      warmUpAnswer();
      const listeningPort = await gateway.#app.listen(host, port);
      return { gateway, port: listeningPort };
    } catch (error) {
      await gateway.#end();
      throw error;
    }
  }

  private constructor(
    options: GatewayOptions,
    tokenizer: Tokenizer,
    ownPolicy: OwnPolicy | undefined,
    buckets: RedisBuckets | undefined,
  ) {
    const { settings, sources, version, logger, recorder } = options;
    const origin = clockOrigin();
    this.settings = settings;
    this.sources = sources;
    this.version = version;
    this.tokenizer = tokenizer;
    this.fingerprint = systemFingerprint(
      [version, settings.engine, settings.seed, settings.kvCacheBlockSize].join(),
    );
    this.nowUs = monotonicClock(origin);
    const { nowUs, ids } = this;
    this.intake = newIntake(settings);
    this.metrics = newMetrics(settings, this.intake, nowUs());
    const { intake, metrics } = this;
    const edge = new Edge(settings, intake, metrics, logger, ids, nowUs);
    const defect = edge.defect.bind(edge);
    const parts = {
      settings,
      sources,
      origin,
      nowUs,
      logger,
      metrics,
      tokenizer,
      recorder,
      ownPolicy,
      defect,
    };
    const live = new LiveCluster(parts);
    this.#edge = edge;
    this.#live = live;
    this.ownPolicy = ownPolicy;
    this.router = live.router;
    this.pool = live.pool;
    this.cluster = live.cluster;
    this.models = newCatalog(settings, this.#nowS);
    this.delay = new FirstTokenDelay(workerConfig(settings, sources), settings.seed);
    this.safety = new PromptSafety(safetySettings(settings));
    this.responses = new ResponseStore(settings);
    this.embedder = new Embedder(settings.embeddingCacheSize);
    this.embeddingDimensions = settings.embeddingDimensions;
    this.fixtures = new FixtureBook(options.fixtureSource, settings.echo, ids);
    this.generator = new Generator(
      generatorSettings(settings, recorder !== undefined || ownPolicy !== undefined),
      {
        models: this.models,
        prompts: new PromptReader(tokenizer, this.slicedWork),
        promptCache: newPromptCache(settings),
      },
      live,
    );
    this.#policy = new ApiPolicy(settings, { buckets, nowUs, work: this.slicedWork });
    const { gates, rateLimits, abuse, inputChecks } = this.#policy;
    this.inputChecks = inputChecks;
    this.figures = {
      policy: ownPolicy?.source.name ?? settings.routerPolicy,
      ownPolicy,
      router: live.router,
      pool: live.pool,
      linesDropped: options.linesDropped ?? (() => 0),
      recorder,
      rateLimits,
      abuse,
      fixtureHits: () => this.fixtures.hits,
    };
    this.prometheus = new PrometheusView(metrics, this.figures);
    this.#lagSampler = new LoopLagSampler(metrics.punctuality, nowUs);
    const { endpoints } = metrics;
    const routes = servedRoutes(ROUTES, this, endpoints, gates);
    this.#app = new HttpApp(routes, endpoints.other, edge, tlsOf(settings), unknownPath);
    live.watch.start();
    this.#lagSampler.start();
    this.#clock = setInterval(() => this.#readWallClock(), 200).unref();
  }

  /** Answers under way. */
  get answers(): number {
    return this.#live.watch.size;
  }

  get draining(): boolean {
    return this.#edge.draining;
  }

  nowS(): number {
    return this.#nowS;
  }

  profileOf(model: string): number {
    return this.#live.profileOf(model);
  }

  /** Of one worker, or of all. See the function of that name. */
  outageS(worker?: WorkerId): number | undefined {
    return this.#live.outageS(worker);
  }

  /**
   * Takes no new work, lets answers finish until `deadlineMs` and breaks off the rest, then ends
   * the threads and all connections.
   */
  async stop(deadlineMs: number): Promise<void> {
    this.#edge.draining = true;
    this.#app.stopListening();
    this.intake.close();
    await this.intake.idle(deadlineMs);
    await this.#live.watch.settle(0);
    await this.#end();
  }

  #readWallClock(): void {
    this.#nowS = Math.floor(Date.now() / 1000);
  }

  async #end(): Promise<void> {
    this.#live.watch.stop();
    this.#lagSampler.stop();
    clearInterval(this.#clock);
    await this.pool.stop();
    this.#app.close();
    this.#policy.close();
  }
}

async function ownPolicyOf(options: GatewayOptions): Promise<OwnPolicy | undefined> {
  const { policySource, settings } = options;
  if (policySource === undefined) return undefined;
  const { kvCacheNumWorkers: workers, kvCacheBlockSize: blockSize, seed } = settings;
  return await OwnPolicy.load(policySource, { workers, blockSize, seed });
}

function newIntake(settings: Settings): Intake {
  return new Intake({
    bodyBytes: settings.maxRequestSize,
    bytesInFlight: settings.maxBodyBytesInFlight,
    requests: settings.limitConcurrency,
  });
}

function newMetrics(settings: Settings, intake: Intake, startUs: number): GatewayMetrics {
  return new GatewayMetrics(
    {
      endpoints: new Endpoints(endpointRows(ROUTES)),
      servedModel: DEFAULT_MODEL,
      blockSize: settings.kvCacheBlockSize,
      windowUs: settings.metricsWindowSeconds * 1e6,
      workers: settings.kvCacheNumWorkers,
      blocksPerWorker: settings.kvCacheNumBlocks,
      prefixCaching: settings.kvCacheEnabled,
    },
    intake,
    startUs,
  );
}

function newCatalog(settings: Settings, createdS: number): ModelCatalog {
  return new ModelCatalog({
    autoCreate: settings.autoCreateModels,
    defaultWindow: settings.defaultContextWindow,
    maxModels: settings.maxModels,
    reasoningModels: settings.reasoningModels,
    createdS,
  });
}

function newPromptCache(settings: Settings): PromptCache {
  return new PromptCache({
    maxEntries: settings.enablePromptCaching ? settings.promptCacheMaxEntries : 0,
    ttlSeconds: settings.cacheTtlSeconds,
    minTokens: settings.minTokensForCache,
  });
}

function generatorSettings(settings: Settings, readsSession: boolean) {
  return {
    seed: settings.seed,
    blockSize: settings.kvCacheBlockSize,
    workers: settings.kvCacheNumWorkers,
    tokensPerWorker: settings.kvCacheNumBlocks * settings.kvCacheBlockSize,
    kvEnabled: settings.kvCacheEnabled,
    readsSession: settings.routerPolicy === 'session' || readsSession,
    validatesContext: settings.enableContextValidation,
    lengths: {
      tokens: settings.outputTokens,
      variancePercent: settings.outputTokensVariancePercent,
    },
  };
}

function safetySettings(settings: Settings): SafetySettings {
  const { enableModeration, enableRefusals, enableSafetyFeatures } = settings;
  const { enableJailbreakDetection, moderationThreshold } = settings;
  return {
    enableModeration,
    enableRefusals,
    enableSafetyFeatures,
    enableJailbreakDetection,
    moderationThreshold,
  };
}

function tlsOf(settings: Settings) {
  const { sslCertfile: certFile, sslKeyfile: keyFile } = settings;
  return certFile === undefined || keyFile === undefined ? undefined : { certFile, keyFile };
}
