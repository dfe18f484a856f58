import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ReplayResult } from '../../lab/measure/replay-result.ts';
import { sharedPrefixPresets } from '../../lab/workloads/shared-prefix.ts';
import { POLICY_NAMES, type PolicyName } from '../../shared/policy-names.ts';
import {
  assertRising,
  assertWithin,
  hitRate,
  meanOf,
  requestsPerSecond,
  resultOf,
  workload,
} from './cluster.ts';

/** Targets G and H of docs/validation.md. */

const SEEDS = [1, 2, 3];

test('G: where nothing is shared and load is low, no policy gains', () => {
  const trace = workload('lengths', { requests: 2000, qps: 4 });
  const results = POLICY_NAMES.map((policy) =>
    resultOf({ trace, workers: 8, blockSize: 128, kvTokens: 3e6, policy }),
  );
  for (const result of results) {
    assert.equal(result.latencies.ttftMs.p50, results[0]!.latencies.ttftMs.p50);
    assertWithin(requestsPerSecond(result) / requestsPerSecond(results[0]!), 0.999, 1.001, 'gain');
  }
});

describe("H: on SGLang's workload, all requests at once", () => {
  const at = (policy: PolicyName): readonly ReplayResult[] =>
    SEEDS.map((seed) =>
      resultOf({
        trace: workload('shared-prefix', sharedPrefixPresets.sglang, seed),
        policy,
        workers: 8,
        blockSize: 16,
        kvTokens: 400_000,
        pace: { prefillUsPerToken: 100, itlMs: 28 },
        maxNumBatchedTokens: 32_768,
      }),
    );
  const tokensPerSecond = (results: readonly ReplayResult[]): number =>
    meanOf(results.map((result) => result.totalTokensPerSecond));
  const blind = at('round-robin');

  for (const policy of ['cache-aware', 'smart'] as const) {
    test(`${policy} serves over 1.5 times what round-robin does, by hits`, () => {
      const aware = at(policy);
      assertWithin(tokensPerSecond(aware) / tokensPerSecond(blind), 1.5, 2.2, 'gain');
      assertRising([meanOf(blind.map(hitRate)), meanOf(aware.map(hitRate))], 'hit rates');
    });
  }
});
