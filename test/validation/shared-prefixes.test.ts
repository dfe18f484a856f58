import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ReplayResult } from '../../engine/replay/replay-result.ts';
import { sharedPrefixPresets } from '../../engine/replay/workload/shared-prefix.ts';
import { POLICY_NAMES, type PolicyName } from '../../shared/policy-names.ts';
import {
  assertWithin,
  hitRate,
  meanOf,
  meanTtftMs,
  meanWaiting,
  requestsPerSecond,
  resultOf,
  workload,
} from './cluster.ts';

/** Targets E to H of docs/validation.md. */

const SEEDS = [1, 2, 3];

/** llm-d's pods: 307,328 tokens of cache, 20,480 tokens of prefill a second. */
const LLM_D_POD = { workers: 8, blockSize: 64, kvTokens: 307_328 };
const LLM_D_PREFILL_US = 48.8;

describe("E: on llm-d's workload as published, answers included", () => {
  const at = (policy: PolicyName, maxNumBatchedTokens: number): readonly ReplayResult[] =>
    SEEDS.map((seed) =>
      resultOf({
        ...LLM_D_POD,
        trace: workload('shared-prefix', sharedPrefixPresets['llm-d'], seed),
        policy,
        pace: { prefillUsPerToken: LLM_D_PREFILL_US, itlMs: 40 },
        maxNumBatchedTokens,
      }),
    );
  const throughput = (results: readonly ReplayResult[]): number =>
    meanOf(results.map((result) => result.outputTokensPerSecond));
  const ttftMs = (results: readonly ReplayResult[]): number => meanOf(results.map(meanTtftMs));
  const waiting = (results: readonly ReplayResult[]): number => meanOf(results.map(meanWaiting));

  for (const { stepTokens, gain } of [
    { stepTokens: 4096, gain: 1.9 },
    { stepTokens: 8192, gain: 1.6 },
  ]) {
    test(`throughput and TTFT are the published ones, steps of ${stepTokens} tokens`, () => {
      const random = at('random', stepTokens);
      const smart = at('smart', stepTokens);
      assertWithin(throughput(random), 0.9 * 4429, 1.1 * 4429, 'tokens/s of random placement');
      assertWithin(ttftMs(random), 20_000, 47_000, 'mean TTFT of random placement');
      assertWithin(throughput(smart) / throughput(random), gain, 2.3, 'gain');
      assertWithin(ttftMs(smart), 200, 400, 'mean TTFT of smart, 298 ms published');
      assert.ok(waiting(random) > 10);
      assert.ok(waiting(smart) < waiting(random) / 3);
    });
  }
});

describe("E and F: on llm-d's prompts at a steady rate, prefill alone", () => {
  const steady = { ...sharedPrefixPresets['llm-d'], requests: 3000, ramp: 1 };
  const at = (policy: PolicyName, qps: number, seed = 1): ReplayResult =>
    resultOf({
      ...LLM_D_POD,
      trace: workload('shared-prefix', { ...steady, qps }, seed),
      policy,
      pace: { prefillUsPerToken: LLM_D_PREFILL_US },
    });

  test('smart serves over 1.9 times what random does at 60 requests a second', () => {
    const random = SEEDS.map((seed) => at('random', 60, seed));
    const smart = SEEDS.map((seed) => at('smart', 60, seed));
    const gain = meanOf(smart.map(requestsPerSecond)) / meanOf(random.map(requestsPerSecond));
    assertWithin(gain, 1.9, 2.4, 'gain');
    assert.ok(meanOf(smart.map(meanWaiting)) < meanOf(random.map(meanWaiting)) / 3);
    assertWithin(hitRate(random[0]!), 0.15, 0.25, 'hit rate of random placement');
  });

  test('policies that do not see the caches saturate between 18 and 30 requests a second', () => {
    for (const policy of ['random', 'least-loaded'] as const) {
      assert.ok(meanWaiting(at(policy, 18)) < 0.5, `${policy} keeps up with 18`);
      assertWithin(requestsPerSecond(at(policy, 60)), 18, 30, `saturated ${policy}`);
    }
  });

  test('smart keeps up with twice the rate at which random placement has saturated', () => {
    const offered = 2 * requestsPerSecond(at('random', 60));
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

describe("H: on SGLang's workload, all requests at once, in steps that share as vLLM's do", () => {
  const at = (policy: PolicyName, seed: number): ReplayResult =>
    resultOf({
      trace: workload('shared-prefix', sharedPrefixPresets.sglang, seed),
      policy,
      workers: 8,
      blockSize: 16,
      kvTokens: 146_400,
      pace: { prefillUsPerToken: 100, itlMs: 28 },
      maxNumBatchedTokens: 32_768,
    });
  const blind = SEEDS.map((seed) => at('round-robin', seed));
  const blindThroughput = meanOf(blind.map((result) => result.totalTokensPerSecond));
  /** 15 of the 16 prompts of a group find the 2,048 of 2,176 tokens that they share. */
  const bound = (15 / 16) * (2048 / 2176);

  test('round-robin computes a prefix on nearly every worker', () => {
    assertWithin(meanOf(blind.map(hitRate)), 0.45, 0.6, 'hit rate');
  });

  // SGLang published a gain of 1.92 and hits of 75 %: the prompts of one of its batches do not hit
  // each other, so that the first of a group to come at once all miss.
  for (const policy of ['cache-aware', 'smart'] as const) {
    test(`${policy} computes each prefix about once, and gains more than was published`, () => {
      const aware = SEEDS.map((seed) => at(policy, seed));
      const throughput = meanOf(aware.map((result) => result.totalTokensPerSecond));
      assertWithin(throughput / blindThroughput, 1.92, 3, 'gain');
      assertWithin(meanOf(aware.map(hitRate)), 0.95 * bound, bound, 'hit rate');
    });
  }
});
