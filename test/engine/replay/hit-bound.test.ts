import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { boundOf } from '../../../engine/replay/replay.ts';
import { POLICY_NAMES } from '../../../engine/router/policies/create-policy.ts';
import { replayConfig, run } from './replay-rig.ts';

test('no policy on any fleet hits more than one infinite cache', () => {
  const anyFleet = fc.record({
    policy: fc.constantFrom(...POLICY_NAMES),
    workers: fc.integer({ min: 1, max: 4 }),
    kvTokens: fc.constantFrom(130_000, 1_000_000),
    blockSize: fc.constantFrom(1, 16, 100),
    workload: fc.constantFrom('shared-prefix', 'conversation', 'lengths'),
    seed: fc.nat(1000),
  });
  fc.assert(
    fc.property(anyFleet, ({ kvTokens, ...fleet }) => {
      const spec = {
        ...fleet,
        kvBlocks: Math.ceil(kvTokens / fleet.blockSize),
        parameters: { requests: 40, qps: 20 },
      };
      const bound = boundOf(replayConfig(spec));
      const { cache, requests } = run(spec);
      assert.equal(requests.rejected, 0);
      assert.ok((cache.tokenHitRate ?? 0) <= bound.tokenHitRate);
      assert.ok((cache.blockHitRate ?? 0) <= bound.blockHitRate);
    }),
    { numRuns: 20 },
  );
});

test('prompts that share nothing have a bound of 0', () => {
  const bound = boundOf(replayConfig({ workload: 'lengths', parameters: { requests: 10 } }));
  assert.deepEqual(bound, { tokenHitRate: 0, blockHitRate: 0 });
});
