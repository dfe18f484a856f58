import type { ReplayResult } from '../../../lab/measure/replay-result.ts';
import { buildConfig } from '../../../lab/simulate/build-config.ts';
import { replay } from '../../../lab/simulate/replay.ts';
import type { ReplayConfig, ReplayTuning } from '../../../lab/simulate/replay-config.ts';
import type { LatencyConfig } from '../../../shared/latency-config.ts';
import type { PolicyName } from '../../../shared/policy-names.ts';

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
  const { policy = 'smart', workers = 3, blockSize = 16, kvBlocks = 4096, seed = 1 } = spec;
  const { engine = 'batched', latency = LINEAR, maxNumSeqs = 64, maxWaiting = 1e6 } = spec;
  const { stalenessMs = 0, fetchGBps } = spec;
  return buildConfig(
    {
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
    },
    seed,
    [
      {
        blockSize,
        router: { policy, workers },
        worker: {
          scheduler: engine,
          latency,
          numBlocks: kvBlocks,
          maxNumSeqs,
          maxNumBatchedTokens: 2048,
          maxWaiting,
        },
        stalenessUs: stalenessMs * 1000,
        remoteFetch:
          fetchGBps === undefined
            ? undefined
            : { bytesPerToken: 100_000, bytesPerSecond: fetchGBps * 1e9 },
      },
    ],
  );
}

export function run(spec: ReplaySpec, tuning: ReplayTuning = {}): ReplayResult {
  return replay(replayConfig(spec), tuning).result;
}
