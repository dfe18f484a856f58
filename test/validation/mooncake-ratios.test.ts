import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readTrace } from '../../engine/replay/trace/trace-reader.ts';
import { sharedPrefixPresets } from '../../engine/replay/workload/shared-prefix.ts';
import type { PolicyName } from '../../shared/policy-names.ts';
import { chunksOf, missing } from '../engine/replay/trace/real-trace.ts';
import { assertWithin, hitRate, meanTtftMs, resultOf, type Setting, workload } from './cluster.ts';

/** Targets C and D of docs/validation.md. */

const CONVERSATION = 'mooncake_conversation_trace.jsonl';

test('C: time to first token of four policies stands as in figure 5 of the Mooncake paper', {
  skip: missing(CONVERSATION),
}, async () => {
  const table = await readTrace(chunksOf(CONVERSATION));
  const ttftMs = (policy: PolicyName, fetchGBps: number): number => {
    const result = resultOf({
      trace: { kind: 'table', table },
      policy,
      workers: 8,
      blockSize: 512,
      kvTokens: 3e6,
      pace: { prefillUsPerToken: 160 },
      fetchGBps,
    });
    assert.equal(result.requests.finished, 12_031);
    return meanTtftMs(result);
  };
  const globalMs = ttftMs('smart', 100);
  assertWithin(ttftMs('smart', 0) / globalMs, 1.1, 1.25, 'local over global');
  assertWithin(ttftMs('least-loaded', 0) / globalMs, 1.5, 1.9, 'load over global');
  assertWithin(ttftMs('random', 0) / globalMs, 5, 8, 'random over global');
});

describe('D: on a synthetic workload of long documents', () => {
  const setting: Setting = {
    trace: workload('shared-prefix', sharedPrefixPresets['mooncake-synthetic']),
    policy: 'round-robin',
    workers: 10,
    blockSize: 512,
    kvTokens: 3e6,
    pace: { prefillUsPerToken: 120 },
  };

  test('a cache that all workers share hits over twice as often as one each', () => {
    const local = hitRate(resultOf(setting));
    const shared = hitRate(resultOf({ ...setting, fetchGBps: 100 }));
    assert.ok(shared >= 2 * local, `${local} -> ${shared}`);
    assertWithin(shared, 0.58, 0.66, 'hit rate of the shared cache');
  });

  test('a router that knows the caches needs no transfers for that', () => {
    assert.ok(hitRate(resultOf({ ...setting, policy: 'smart' })) > 0.58);
  });
});
