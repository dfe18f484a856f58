import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ReplayResult } from '../../engine/replay/replay-result.ts';
import { sharedPrefixPresets } from '../../engine/replay/workload/shared-prefix.ts';
import { POLICY_NAMES, type PolicyName } from '../../engine/router/policies/create-policy.ts';
import {
  assertWithin,
  hitRate,
  meanTtftMs,
  meanWaiting,
  requestsPerSecond,
  resultOf,
  workload,
} from './cluster.ts';

/** Targets E to H of docs/validation.md. */

const SEEDS = [1, 2, 3];

describe("E and F: on llm-d's workload", () => {
  const at = (policy: PolicyName, qps: number, seed = 1): ReplayResult =>
    resultOf({
      trace: workload('shared-prefix', { ...sharedPrefixPresets['llm-d'], qps }, seed),
      policy,
      workers: 8,
      blockSize: 64,
      kvTokens: 307_328,
      prefillUsPerToken: 48.8,
      overlapWeight: 50,
    });

  for (const seed of SEEDS) {
    test(`smart serves over twice what random does at 60 requests a second, seed ${seed}`, () => {
      const random = at('random', 60, seed);
      const smart = at('smart', 60, seed);
      assert.ok(requestsPerSecond(smart) >= 2 * requestsPerSecond(random));
      assert.ok(meanWaiting(random) > 28);
      assert.ok(meanWaiting(smart) < meanWaiting(random) / 8);
      assertWithin(hitRate(random), 0.15, 0.25, 'hit rate of random placement');
    });
  }

  test('policies that do not see the caches saturate between 18 and 30 requests a second', () => {
    for (const policy of ['random', 'least-loaded'] as const) {
      assert.ok(meanWaiting(at(policy, 18)) < 0.5, `${policy} keeps up with 18`);
      assertWithin(requestsPerSecond(at(policy, 60)), 18, 30, `saturated ${policy}`);
    }
  });

  test('smart keeps up with twice the rate at which they have saturated', () => {
    const blind = requestsPerSecond(at('least-loaded', 60));
    const offered = 2 * blind;
    assert.ok(requestsPerSecond(at('smart', offered)) > 0.95 * offered);
  });
});

test('G: where nothing is shared and load is low, policies are alike', () => {
  const trace = workload('lengths', { requests: 2000, qps: 4 });
  const setting = { trace, workers: 8, blockSize: 128, kvTokens: 3e6 };
  const best = resultOf({ ...setting, policy: 'least-loaded' });
  for (const policy of POLICY_NAMES) {
    const result = resultOf({ ...setting, policy });
    assertWithin(meanTtftMs(result) / meanTtftMs(best), 0.95, 1.15, `TTFT of ${policy}`);
    assert.equal(result.latencies.ttftMs.p50, best.latencies.ttftMs.p50);
    assertWithin(requestsPerSecond(result) / requestsPerSecond(best), 0.999, 1.001, policy);
  }
});

describe("H: on SGLang's workload, all requests at once", () => {
  const at = (policy: PolicyName, seed: number, kvTokens: number, maxNumBatchedTokens: number) =>
    resultOf({
      trace: workload('shared-prefix', sharedPrefixPresets.sglang, seed),
      policy,
      workers: 8,
      blockSize: 16,
      kvTokens,
      maxNumBatchedTokens,
    });

  for (const seed of SEEDS) {
    test(`cache-aware has about 1.9 times the throughput of round-robin, seed ${seed}`, () => {
      const aware = at('cache-aware', seed, 400_000, 8192);
      const blind = at('round-robin', seed, 400_000, 8192);
      const gain = aware.totalTokensPerSecond / blind.totalTokensPerSecond;
      assertWithin(gain, 1.7, 2.4, 'gain');
    });
  }

  test('hit rates of 20 and nearly 80 % go with caches that do not hold every prefix', () => {
    assertWithin(hitRate(at('round-robin', 1, 48_000, 32_768)), 0.15, 0.25, 'round-robin');
    assertWithin(hitRate(at('cache-aware', 1, 48_000, 32_768)), 0.7, 0.85, 'cache-aware');
  });
});
