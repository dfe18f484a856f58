import type { RouterConfig } from '../../engine/router/smart-router.ts';
import { assert } from '../../shared/assert.ts';
import type { LatencyConfig } from '../../shared/latency-config.ts';
import { latencyProfile } from '../../shared/latency-profiles.ts';
import type { WorkerConfig } from '../../shared/protocol.ts';
import type { ReplayConfig } from './replay-config.ts';

/** Capacity of a worker's KV cache in tokens, that of Mooncake's nodes in its paper (FAST'25). */
export const KV_TOKENS = 3_000_000;

/** Name of the latency profile of a worker of which no other is said. */
export const DEFAULT_PROFILE = 'dynamo-mocker';

/**
 * Hashes that the router's index may hold: enough for every block of every worker, up to a limit.
 */
const INDEX_BLOCKS_MAX = 1 << 26;

/** What the router knows of its workers follows from their configuration. */
type OfWorkers = 'blocksPerWorker' | 'latency' | 'maxNumSeqs' | 'maxNumBatchedTokens';

/** The router of a replay where nothing else is said. */
export const ROUTER = {
  policy: 'smart',
  overlapWeight: 1,
  loadBalanceWeight: 0.5,
  temperature: 0,
  blockSize: 128,
  workers: 8,
  kvEnabled: true,
  indexCapBlocks: INDEX_BLOCKS_MAX,
  decisionLogCapacity: 0,
  seed: 1,
} as const satisfies Omit<RouterConfig, OfWorkers>;

/** A worker of a replay where nothing else is said; its cache holds `KV_TOKENS`. */
export const WORKER = {
  scheduler: 'batched',
  latency: profileOf(DEFAULT_PROFILE),
  prefixCaching: true,
  blockSize: ROUTER.blockSize,
  numBlocks: Math.ceil(KV_TOKENS / ROUTER.blockSize),
  maxNumSeqs: 256,
  maxNumBatchedTokens: 8192,
  maxWaiting: 1_000_000,
} as const satisfies WorkerConfig;

/** What the configuration of a replay says in another way than `ROUTER` and `WORKER`. */
export interface ConfigChange {
  /** Of router and workers. */
  readonly blockSize?: number;
  readonly router?: Partial<
    Omit<RouterConfig, 'blockSize' | 'indexCapBlocks' | 'seed' | OfWorkers>
  >;
  readonly worker?: Partial<Omit<WorkerConfig, 'blockSize'>>;
  readonly stalenessUs?: number;
  readonly remoteFetch?: ReplayConfig['remoteFetch'];
  readonly policyModule?: ReplayConfig['policyModule'];
}

/** What is replayed, and how it is measured. */
export type Measured = Pick<ReplayConfig, 'trace' | 'window' | 'serviceLevel'>;

/** The configuration of a replay in which later changes win over earlier ones. */
export function buildConfig(
  { trace, window, serviceLevel }: Measured,
  seed: number,
  changes: readonly ConfigChange[],
): ReplayConfig {
  const change: ConfigChange = Object.assign({}, ...changes);
  const { blockSize = ROUTER.blockSize, stalenessUs = 0, remoteFetch, policyModule } = change;
  const numBlocks = Math.ceil(KV_TOKENS / blockSize);
  const router: Omit<RouterConfig, OfWorkers> = Object.assign(
    { ...ROUTER },
    ...changes.map((each) => each.router),
  );
  const worker: WorkerConfig = Object.assign(
    { ...WORKER, numBlocks },
    ...changes.map((each) => each.worker),
  );
  const fleetBlocks = router.workers * worker.numBlocks;
  return {
    router: {
      ...router,
      blockSize,
      blocksPerWorker: worker.numBlocks,
      latency: worker.latency,
      maxNumSeqs: worker.maxNumSeqs,
      maxNumBatchedTokens: worker.maxNumBatchedTokens,
      indexCapBlocks: Math.min(INDEX_BLOCKS_MAX, 2 * fleetBlocks),
      seed,
    },
    worker: { ...worker, blockSize },
    trace,
    window,
    serviceLevel,
    stalenessUs,
    remoteFetch,
    policyModule,
    seed,
  };
}

function profileOf(name: string): LatencyConfig {
  const latency = latencyProfile(name);
  assert(latency !== undefined, 'the default profile exists');
  return latency;
}
