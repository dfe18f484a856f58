import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RouteRequest } from '../../engine/router/routing-policy.ts';
import { SmartRouter } from '../../engine/router/smart-router.ts';
import { requestId, workerId } from '../../shared/ids.ts';
import { POLICY_NAMES, type PolicyName } from '../../shared/policy-names.ts';
import { EventBatch } from '../../shared/protocol.ts';
import { timeUs } from '../../shared/units.ts';
import { type ReplaySpec, replayConfig, run } from '../lab/simulate/replay-rig.ts';
import { fc } from '../support/property.ts';

/** Slow enough that every answer has ended before the next request arrives. */
const IDLE = 1e-5;

function cachedTokens(spec: ReplaySpec): number {
  return run(spec).workers.reduce((sum, worker) => sum + worker.cachedTokens, 0);
}

test('a cache of twice the size never hits fewer tokens on a lone worker', () => {
  const workload = fc.constantFrom('shared-prefix', 'multi-turn', 'agentic');
  fc.assert(
    fc.property(workload, fc.integer({ min: 1, max: 1e6 }), (name, seed) => {
      const parameters = { requests: 60 };
      const spec = { workload: name, parameters, seed, workers: 1, rate: IDLE };
      const hits = [1024, 2048, 4096, 8192].map((kvBlocks) => cachedTokens({ ...spec, kvBlocks }));
      assert.deepEqual(
        hits,
        [...hits].sort((a, b) => a - b),
      );
    }),
    { numRuns: 15 },
  );
});

test('the speed-up of arrivals changes no latency and no hit of an idle cluster', () => {
  // Preble goes by the load of the last three minutes, whether it has ended or not.
  for (const policy of POLICY_NAMES.filter((name) => name !== 'preble')) {
    const spec: ReplaySpec = {
      workload: 'shared-prefix',
      parameters: { requests: 100, groups: 5, prefixTokens: 300, qps: 10 },
      policy,
    };
    const slow = run({ ...spec, rate: IDLE });
    const slower = run({ ...spec, rate: IDLE / 3 });
    assert.equal(slow.latencies.queueMs.max, 0, 'nothing waits');
    assert.deepEqual(slower.latencies, slow.latencies);
    assert.deepEqual(slower.cache.tokenHitRate, slow.cache.tokenHitRate);
  }
});

test('where nobody names a session, session is least-loaded', () => {
  const spec: ReplaySpec = { workload: 'lengths', parameters: { requests: 300, qps: 20 } };
  assert.deepEqual(run({ ...spec, policy: 'session' }), run({ ...spec, policy: 'least-loaded' }));
});

/** Policies to which no two workers of `choice` are alike. */
const UNTIED: readonly PolicyName[] = [
  'smart',
  'least-loaded',
  'cache-aware',
  'llm-d',
  'llm-d-default',
  'llm-d-load',
  'preble',
];

test('workers that change places change places in the decision', () => {
  const scene = fc.record({
    order: fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5 }),
    heldBlocks: fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 5, maxLength: 5 }),
    policy: fc.constantFrom(...UNTIED),
  });
  fc.assert(
    fc.property(scene, ({ order, heldBlocks, policy }) => {
      const straight = choice(policy, heldBlocks, [0, 1, 2, 3, 4]);
      assert.equal(choice(policy, heldBlocks, order), order[straight]);
    }),
    { numRuns: 100 },
  );
});

/**
 * Where a prompt goes when the worker that was number `n` is `places[n]`. No two are loaded alike.
 */
function choice(
  policy: PolicyName,
  heldBlocks: readonly number[],
  places: readonly number[],
): number {
  const config = replayConfig({ workload: 'lengths', policy, workers: places.length });
  // Tenths of a block for each request keep the costs of any two workers apart.
  const router = new SmartRouter({ ...config.router, loadBalanceWeight: 0.1 });
  const request = promptOf(25, 1);
  for (const [n, place] of places.entries()) {
    for (let lone = 0; lone <= n; lone++) {
      router.route({ ...promptOf(3, 100 * n + lone + 2), pinned: workerId(place) }, TAG);
    }
    const batch = new EventBatch(workerId(place));
    batch.load.submitsSeen = n + 1;
    batch.load.activeBlocks = 3 * (n + 1);
    for (const word of request.hashes.subarray(0, 2 * heldBlocks[n]!)) batch.kv.push(word);
    router.applyBatch(batch);
  }
  const chosen = router.route(request, TAG);
  assert.ok(chosen !== undefined);
  return chosen;
}

const TAG = { requestId: requestId(1), atUs: timeUs(0) };

function promptOf(promptBlocks: number, id: number): RouteRequest {
  const hashes = Uint32Array.from({ length: 2 * promptBlocks }, (_, n) => id * 1000 + n);
  const promptTokens = 16 * promptBlocks;
  return { hashes, promptBlocks, promptTokens, sessionKey: id, pinned: undefined };
}
