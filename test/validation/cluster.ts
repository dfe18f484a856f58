import assert from 'node:assert/strict';
import type { ReplayResult } from '../../lab/measure/replay-result.ts';
import { replay } from '../../lab/simulate/replay.ts';
import type { ReplayConfig } from '../../lab/simulate/replay-config.ts';
import type { LatencyConfig } from '../../shared/latency-config.ts';
import { latencyProfile } from '../../shared/latency-profiles.ts';
import type { PolicyName } from '../../shared/policy-names.ts';
import { LINEAR, replayConfig } from '../lab/simulate/replay-rig.ts';

/** A published setting, in the terms of docs/validation.md. */
export interface Setting {
  readonly trace: ReplayConfig['trace'];
  readonly policy: PolicyName;
  readonly workers: number;
  readonly blockSize: number;
  readonly kvTokens: number;
  /** Prefill and decode at this pace; the default profile if there is none. */
  readonly pace?: Pace;
  readonly maxNumBatchedTokens?: number | undefined;
  /** Bandwidth between the caches, in gigabytes a second; 0 for none. */
  readonly fetchGBps?: number;
  /** Requests that warm the caches and are in no figure. */
  readonly warmupRequests?: number;
}

/** Prefill costs so much a token; a decode step `itlMs`. Without that, answers are one token. */
interface Pace {
  readonly prefillUsPerToken: number;
  readonly itlMs?: number;
}

export function resultOf(setting: Setting): ReplayResult {
  return replay(configOf(setting)).result;
}

/** See `RequestRecords`. */
export function recordsOf(setting: Setting): Float64Array {
  const { records } = replay(configOf(setting), { records: true });
  assert.ok(records !== undefined);
  return records;
}

function configOf(setting: Setting): ReplayConfig {
  const { trace, policy, workers, blockSize, kvTokens, pace } = setting;
  const { fetchGBps = 0, maxNumBatchedTokens = 8192 } = setting;
  const kvBlocks = Math.ceil(kvTokens / blockSize);
  const config = replayConfig({
    workload: 'lengths',
    policy,
    workers,
    blockSize,
    kvBlocks,
    warmupRequests: setting.warmupRequests ?? 0,
  });
  const bytesPerSecond = fetchGBps * 1e9;
  return {
    ...config,
    trace,
    worker: { ...config.worker, latency: latencyOf(pace), maxNumSeqs: 256, maxNumBatchedTokens },
    window: { ...config.window, prefillOnly: pace !== undefined && pace.itlMs === undefined },
    remoteFetch: fetchGBps === 0 ? undefined : { bytesPerToken: 327_680, bytesPerSecond },
  };
}

function latencyOf(pace: Pace | undefined): LatencyConfig {
  if (pace !== undefined) {
    const { prefillUsPerToken, itlMs = 0 } = pace;
    return { ...LINEAR, prefillOverheadUs: 0, prefillUsPerToken, itlUs: itlMs * 1000 };
  }
  const latency = latencyProfile('dynamo-mocker');
  assert.ok(latency !== undefined);
  return latency;
}

export function workload(
  name: string,
  parameters: Readonly<Record<string, number>>,
  seed = 1,
): ReplayConfig['trace'] {
  return { kind: 'workload', spec: { workload: name, parameters, seed } };
}

export function hitRate(result: ReplayResult): number {
  const { tokenHitRate } = result.cache;
  assert.ok(tokenHitRate !== null);
  return tokenHitRate;
}

export function meanTtftMs(result: ReplayResult): number {
  const { mean } = result.latencies.ttftMs;
  assert.ok(mean !== null);
  return mean;
}

export function requestsPerSecond(result: ReplayResult): number {
  return result.requests.finished / result.seconds;
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function assertWithin(value: number, low: number, high: number, what: string): void {
  assert.ok(value >= low && value <= high, `${what} is ${value}, not within ${low} to ${high}`);
}

export function assertRising(values: readonly number[], what: string): void {
  for (let n = 1; n < values.length; n++) {
    assert.ok(values[n - 1]! < values[n]!, `${what}: ${values.join(', ')}`);
  }
}
