import assert from 'node:assert/strict';
import { replay } from '../../engine/replay/replay.ts';
import type { ReplayConfig } from '../../engine/replay/replay-config.ts';
import type { ReplayResult } from '../../engine/replay/replay-result.ts';
import type { PolicyName } from '../../engine/router/policies/create-policy.ts';
import { latencyProfile } from '../../shared/latency-profiles.ts';
import type { LatencyConfig } from '../../shared/protocol.ts';
import { replayConfig } from '../engine/replay/replay-rig.ts';

/** A published setting, in the terms of docs/validation.md. */
export interface Setting {
  readonly trace: ReplayConfig['trace'];
  readonly policy: PolicyName;
  readonly workers: number;
  readonly blockSize: number;
  readonly kvTokens: number;
  /** Makes it a cluster that only prefills, at this pace; else it answers as by default. */
  readonly prefillUsPerToken?: number;
  readonly maxNumBatchedTokens?: number;
  readonly overlapWeight?: number;
  /** Bandwidth between the caches, in gigabytes a second; 0 for none. */
  readonly fetchGBps?: number;
}

export function resultOf(setting: Setting): ReplayResult {
  const { trace, policy, workers, blockSize, kvTokens, prefillUsPerToken } = setting;
  const { fetchGBps = 0, overlapWeight = 1, maxNumBatchedTokens = 8192 } = setting;
  const kvBlocks = Math.ceil(kvTokens / blockSize);
  const config = replayConfig({ workload: 'lengths', policy, workers, blockSize, kvBlocks });
  const bytesPerSecond = fetchGBps * 1e9;
  return replay({
    ...config,
    trace,
    router: { ...config.router, overlapWeight },
    worker: {
      ...config.worker,
      latency: latencyOf(prefillUsPerToken),
      maxNumSeqs: 256,
      maxNumBatchedTokens,
    },
    window: { ...config.window, prefillOnly: prefillUsPerToken !== undefined },
    remoteFetch: fetchGBps === 0 ? undefined : { bytesPerToken: 327_680, bytesPerSecond },
  }).result;
}

function latencyOf(prefillUsPerToken: number | undefined): LatencyConfig {
  if (prefillUsPerToken !== undefined) {
    return {
      kind: 'linear',
      prefillOverheadUs: 0,
      prefillUsPerToken,
      prefillDeviationPercent: 0,
      itlUs: 0,
      itlDeviationPercent: 0,
      loadFactor: 1,
    };
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

/** Requests that wait at a worker, mean over the workers and the time of the replay. */
export function meanWaiting(result: ReplayResult): number {
  const means = result.series.waiting.flat();
  return means.reduce((sum, mean) => sum + mean, 0) / means.length;
}

export function assertWithin(value: number, low: number, high: number, what: string): void {
  assert.ok(value >= low && value <= high, `${what} is ${value}, not within ${low} to ${high}`);
}
