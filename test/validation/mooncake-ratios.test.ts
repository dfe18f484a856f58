import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readTrace } from '../../lab/traces/trace-reader.ts';
import { sharedPrefixPresets } from '../../lab/workloads/shared-prefix.ts';
import type { PolicyName } from '../../shared/policy-names.ts';
import { chunksOf, missing } from '../lab/traces/real-trace.ts';
import { assertRising, hitRate, meanTtftMs, resultOf, workload } from './cluster.ts';

/** Targets C and D of docs/validation.md: orders, not ratios. */

const CONVERSATION = 'mooncake_conversation_trace.jsonl';

test('C: four policies stand in the order of figure 5 of the Mooncake paper, at any pace', {
  skip: missing(CONVERSATION),
}, async () => {
  const table = await readTrace(chunksOf(CONVERSATION));
  for (const prefillUsPerToken of [120, 160, 200]) {
    const ttftMs = (policy: PolicyName, fetchGBps: number): number => {
      const result = resultOf({
        trace: { kind: 'table', table },
        policy,
        workers: 8,
        blockSize: 512,
        kvTokens: 3e6,
        pace: { prefillUsPerToken },
        fetchGBps,
      });
      assert.equal(result.requests.finished, 12_031);
      return meanTtftMs(result);
    };
    const blindMs = [ttftMs('least-loaded', 0), ttftMs('random', 0)];
    for (const policy of ['mooncake', 'smart'] as const) {
      assertRising(
        [ttftMs(policy, 100), ttftMs(policy, 0), ...blindMs],
        `mean TTFT at ${prefillUsPerToken} us a token: ${policy} global, local, load, random`,
      );
    }
  }
});

describe('D: on a synthetic workload of long documents, hit rates', () => {
  const hits = (policy: PolicyName, fetchGBps: number): number =>
    hitRate(
      resultOf({
        trace: workload('shared-prefix', sharedPrefixPresets['mooncake-synthetic']),
        policy,
        workers: 10,
        blockSize: 512,
        kvTokens: 3e6,
        pace: { prefillUsPerToken: 120 },
        fetchGBps,
      }),
    );

  for (const policy of ['round-robin', 'random'] as const) {
    test(`of ${policy} rise with a cache that all workers share`, () => {
      assertRising([hits(policy, 0), hits(policy, 100)], 'local, shared');
    });
  }

  test('with caches of their own rise with a router that knows these', () => {
    for (const policy of ['mooncake', 'smart', 'cache-aware'] as const) {
      assertRising([hits('random', 0), hits(policy, 0)], `random, ${policy}`);
    }
  });
});
