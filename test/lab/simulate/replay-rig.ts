import type { ReplayResult } from '../../../lab/measure/replay-result.ts';
import { replay } from '../../../lab/simulate/replay.ts';
import type { ReplayConfig, ReplayTuning } from '../../../lab/simulate/replay-config.ts';
import type { PolicyName } from '../../../shared/policy-names.ts';
import type { LatencyConfig } from '../../../shared/protocol.ts';

/** What tests vary of a replay. */
export interface ReplaySpec {
  readonly workload: string;
  readonly parameters?: Readonly<Record<string, number>>;
  readonly policy?: PolicyName;
  readonly workers?: number;
  readonly engine?: 'batched' | 'paced';
  readonly latency?: LatencyConfig;
  readonly blockSize?: number;
  readonly kvBlocks?: number;
  readonly maxNumSeqs?: number;
  readonly maxWaiting?: number;
  readonly rate?: number;
  readonly limit?: number;
  readonly warmupRequests?: number;
  readonly stalenessMs?: number;
  readonly fetchGBps?: number;
  readonly sloTtftMs?: number;
  readonly seed?: number;
}

/** Prefill of 1 ms and 0.1 ms a token, 10 ms from one token to the next, whatever the load. */
export const LINEAR = {
  kind: 'linear',
  prefillOverheadUs: 1000,
  prefillUsPerToken: 100,
  prefillDeviationPercent: 0,
  itlUs: 10_000,
  itlDeviationPercent: 0,
  loadFactor: 1,
} as const satisfies LatencyConfig;

export function replayConfig(spec: ReplaySpec): ReplayConfig {
  const { workers = 3, blockSize = 16, kvBlocks = 4096, seed = 1, fetchGBps } = spec;
  return {
    router: {
      policy: spec.policy ?? 'smart',
      overlapWeight: 1,
      loadBalanceWeight: 0.5,
      temperature: 0,
      blockSize,
      workers,
      kvEnabled: true,
      indexCapBlocks: 2 * workers * kvBlocks,
      decisionLogCapacity: 0,
      seed,
    },
    worker: {
      scheduler: spec.engine ?? 'batched',
      latency: spec.latency ?? LINEAR,
      prefixCaching: true,
      blockSize,
      numBlocks: kvBlocks,
      maxNumSeqs: spec.maxNumSeqs ?? 64,
      maxNumBatchedTokens: 2048,
      maxWaiting: spec.maxWaiting ?? 1e6,
    },
    trace: {
      kind: 'workload',
      spec: { workload: spec.workload, parameters: spec.parameters ?? {}, seed },
    },
    window: {
      rate: spec.rate ?? 1,
      limit: spec.limit ?? Number.POSITIVE_INFINITY,
      warmupRequests: spec.warmupRequests ?? 0,
      prefillOnly: false,
    },
    serviceLevel: {
      ttftUs: (spec.sloTtftMs ?? 500) * 1000,
      itlUs: Number.POSITIVE_INFINITY,
      e2eUs: Number.POSITIVE_INFINITY,
    },
    stalenessUs: (spec.stalenessMs ?? 0) * 1000,
    remoteFetch:
      fetchGBps === undefined
        ? undefined
        : { bytesPerToken: 100_000, bytesPerSecond: fetchGBps * 1e9 },
    seed,
  };
}

export function run(spec: ReplaySpec, tuning: ReplayTuning = {}): ReplayResult {
  return replay(replayConfig(spec), tuning).result;
}
