import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boundOf, needsOwnBound, replay } from '../../../lab/simulate/replay.ts';
import { POLICY_NAMES } from '../../../shared/policy-names.ts';
import { fc } from '../../support/property.ts';
import { replayConfig, run } from '../simulate/replay-rig.ts';

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

test('no replay hits more than the bound of its own requests, after a warm-up and with rejections', () => {
  const anyFleet = fc.record({
    policy: fc.constantFrom(...POLICY_NAMES),
    workers: fc.integer({ min: 1, max: 4 }),
    workload: fc.constantFrom('multi-turn', 'agentic', 'shared-prefix'),
    blockSize: fc.constantFrom(7, 16, 100),
    warmupRequests: fc.constantFrom(0, 30, 90),
    maxWaiting: fc.constantFrom(0, 2, 1e6),
    qps: fc.constantFrom(2, 50),
    seed: fc.nat(1000),
  });
  let refusals = 0;
  fc.assert(
    fc.property(anyFleet, ({ qps, ...fleet }) => {
      const config = replayConfig({
        ...fleet,
        maxNumSeqs: 4,
        kvBlocks: Math.ceil(400_000 / fleet.blockSize),
        parameters: { requests: 100, qps },
      });
      const output = replay(config);
      const shared = boundOf(config);
      const isShared = !needsOwnBound(output, shared, config.window);
      const bound = isShared ? shared : boundOf(config, output.order);
      const { cache, requests } = output.result;
      refusals += requests.rejected;
      if (cache.tokenHitRate === null) return;
      assert.ok(cache.tokenHitRate <= bound.tokenHitRate);
      assert.ok((cache.blockHitRate ?? 0) <= bound.blockHitRate);
    }),
    { numRuns: 60 },
  );
  assert.ok(refusals > 0, 'some requests were rejected');
});

test('the first requests warm the cache of the bound but do not count', () => {
  const spec = { workload: 'shared-prefix', parameters: { requests: 40, groups: 2 } };
  const whole = boundOf(replayConfig(spec));
  const warm = boundOf(replayConfig({ ...spec, warmupRequests: 20 }));
  assert.ok(warm.tokenHitRate > whole.tokenHitRate);
  const none = boundOf(replayConfig({ ...spec, warmupRequests: 40 }));
  assert.ok(Number.isNaN(none.tokenHitRate));
});

test('the order of a replay gives the same bound where it changes nothing', () => {
  const config = replayConfig({ workload: 'multi-turn', parameters: { requests: 100 } });
  const { order } = replay(config);
  assert.ok(order !== undefined && order.turns.length > 0);
  assert.deepEqual(boundOf(config, order), boundOf(config));
});

test('prompts that share nothing have a bound of 0', () => {
  const bound = boundOf(replayConfig({ workload: 'lengths', parameters: { requests: 10 } }));
  assert.deepEqual(bound, { tokenHitRate: 0, blockHitRate: 0 });
});
