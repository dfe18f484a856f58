import { availableParallelism } from 'node:os';
import type { PoolOptions } from '../engine/host/worker-pool.ts';
import type { RouterConfig } from '../engine/router/smart-router.ts';
import type { LatencyConfig } from '../shared/latency-config.ts';
import { latencyProfile } from '../shared/latency-profiles.ts';
import type { WorkerConfig } from '../shared/protocol.ts';
import { effectiveLatency } from '../shared/settings/latency.ts';
import {
  type SettingSources,
  type Settings,
  threads,
} from '../shared/settings/resolve-settings.ts';

/**
 * Entries that the prefix index may hold: enough for every block of every worker, up to a limit.
 */
const INDEX_BLOCKS_MAX = 1 << 24;
/** Tokens of one thread that fall due within this time after a message share the next message. */
const TICK_US = 250;
/**
 * Far above what a worker's objects need: the KV cache lies in typed arrays, outside of the heap.
 */
const THREAD_HEAP_MB = 512;
/** A thread without a sign of life for so long hangs: no busy machine holds one up like that. */
const HANG_AFTER_MS = 5000;
/** Commands that a thread has not taken: about 100,000 requests of 1,000 tokens. */
const BACKLOG_BYTES_MAX = 64 * 2 ** 20;

/** The worker's share of the settings. */
export function workerConfig(settings: Settings, sources: SettingSources): WorkerConfig {
  return {
    scheduler: settings.engine,
    latency: latencyConfig(settings, sources),
    prefixCaching: settings.kvCacheEnabled,
    blockSize: settings.kvCacheBlockSize,
    numBlocks: settings.kvCacheNumBlocks,
    maxNumSeqs: settings.maxNumSeqs,
    maxNumBatchedTokens: settings.maxNumBatchedTokens,
    maxWaiting: settings.maxWaiting,
  };
}

/** The share of the settings of the threads that the workers run on. */
export function poolOptions(
  settings: Settings,
  sources: SettingSources,
  clockOrigin: bigint,
): PoolOptions {
  return {
    workers: settings.kvCacheNumWorkers,
    threads: threads(settings, availableParallelism()),
    worker: workerConfig(settings, sources),
    clockOrigin,
    tickUs: TICK_US,
    threadHeapMb: THREAD_HEAP_MB,
    hangAfterMs: HANG_AFTER_MS,
    backlogBytesMax: BACKLOG_BYTES_MAX,
  };
}

/** The router's share of the settings. */
export function routerConfig(settings: Settings, sources: SettingSources): RouterConfig {
  return {
    policy: settings.routerPolicy,
    overlapWeight: settings.kvOverlapWeight,
    loadBalanceWeight: settings.loadBalanceWeight,
    temperature: settings.routerTemperature,
    blockSize: settings.kvCacheBlockSize,
    workers: settings.kvCacheNumWorkers,
    blocksPerWorker: settings.kvCacheNumBlocks,
    latency: latencyConfig(settings, sources),
    maxNumSeqs: settings.maxNumSeqs,
    maxNumBatchedTokens: settings.maxNumBatchedTokens,
    kvEnabled: settings.kvCacheEnabled,
    indexCapBlocks: Math.min(
      INDEX_BLOCKS_MAX,
      2 * settings.kvCacheNumWorkers * settings.kvCacheNumBlocks,
    ),
    decisionLogCapacity: settings.routerDecisionLog,
    seed: settings.seed,
  };
}

/** A named profile, unless a latency was set by itself; `auto` is chosen for each request. */
function latencyConfig(settings: Settings, sources: SettingSources): LatencyConfig {
  const latency = effectiveLatency(settings, sources);
  const profile = latencyProfile(settings.latencyProfile);
  if (profile !== undefined && !latency.ttftExplicit && !latency.itlExplicit) return profile;
  return {
    kind: 'constant',
    ttftUs: latency.ttftMs * 1000,
    ttftVariancePercent: latency.ttftVariancePercent,
    itlUs: latency.itlMs * 1000,
    itlVariancePercent: latency.itlVariancePercent,
    ttftFixedShare: latency.ttftFixedShare,
  };
}
