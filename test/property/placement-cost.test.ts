import assert from 'node:assert/strict';
import { test } from 'node:test';

import { PlacementCost } from '../../engine/router/placement-cost.ts';
import { StepEstimate } from '../../engine/router/step-estimate.ts';
import { LATENCY_PROFILE_NAMES, latencyProfile } from '../../shared/latency-profiles.ts';
import { emptyLoad } from '../../shared/protocol.ts';
import { clusterView, routeRequest } from '../engine/router/cluster-view.ts';
import { fc } from '../support/property.ts';

const BLOCK = 16;
const BLOCKS_PER_WORKER = 2000;

const weight = fc.oneof(fc.double({ min: 0, max: 2, noNaN: true }), fc.constantFrom(0, 0.5, 1));
const placement = fc
  .record({
    profile: fc.constantFrom(...LATENCY_PROFILE_NAMES),
    overlap: weight,
    loadBalance: weight,
    promptBlocks: fc.integer({ min: 1, max: 1500 }),
    cachedShare: fc.double({ min: 0, max: 0.999, noNaN: true }),
    /** Prefill that has not begun, and what is left of the step under way. */
    pending: fc.nat({ max: 50_000 }),
    leftUs: fc.nat({ max: 100_000 }),
    inUse: fc.nat({ max: 2500 }),
    active: fc.nat({ max: 200 }),
    /** Requests that were placed on each worker before, one a millisecond. */
    before: fc.nat({ max: 60 }),
  })
  .map(({ cachedShare, ...rest }) => ({
    ...rest,
    cached: Math.floor(rest.promptBlocks * cachedShare),
  }));
type Placement = typeof placement extends fc.Arbitrary<infer T> ? T : never;

/** What worker 0 costs; worker 1 has the same before it, the whole prompt and nothing to do. */
function cost(at: Placement): number {
  const steps = new StepEstimate(latencyProfile(at.profile)!, 256);
  const cacheTokens = BLOCK * BLOCKS_PER_WORKER;
  const model = { steps, maxNumBatchedTokens: 8192, cacheTokens };
  const { overlap, loadBalance } = at;
  const placement = new PlacementCost(2, BLOCK, model, { overlap, loadBalance }, false);
  const { promptBlocks } = at;
  const request = routeRequest({ promptBlocks, promptTokens: BLOCK * promptBlocks + 1 });
  const idle = clusterView({ workers: 2, blockSize: BLOCK, blocksPerWorker: BLOCKS_PER_WORKER });
  for (let n = 0; n < at.before; n++) {
    placement.score(request, { ...idle, atUs: (n * 1000) as typeof idle.atUs });
    placement.booked(request, n % 2, 0);
  }
  const view = clusterView({
    workers: 2,
    blockSize: BLOCK,
    blocksPerWorker: BLOCKS_PER_WORKER,
    atUs: 100_000,
    overlapBlocks: [at.cached, promptBlocks],
    activeRequests: [at.active, 0],
    decodeBlocks: [at.inUse, 0],
    prefillTokensPending: [at.pending, 0],
  });
  const step = { stepLengthUs: at.leftUs, stepLeftUs: at.leftUs };
  placement.reported(0, { ...emptyLoad(), ...step }, 100_000);
  placement.score(request, view);
  return placement.costUs[0]!;
}

test('more load never makes a worker cheaper, and more of the prompt in its cache never dearer', () => {
  fc.assert(
    fc.property(placement, (at) => {
      const here = cost(at);
      const rounding = 1e-9 * here;
      assert.ok(here > 0 && Number.isFinite(here));
      assert.ok(cost({ ...at, inUse: at.inUse + 1 }) >= here - rounding, 'in use');
      assert.ok(cost({ ...at, active: at.active + 1 }) >= here - rounding, 'active');
      assert.ok(cost({ ...at, cached: at.cached + 1 }) <= here + rounding, 'cached');
    }),
    { numRuns: 500 },
  );
});

test('a start that is shared never makes a worker cheaper than a quarter, and without one waiting costs', () => {
  fc.assert(
    fc.property(placement, (at) => {
      const alone = cost({ ...at, pending: 0, leftUs: 0 });
      // Half of a prefill may be shared, and what it costs those behind it grows with its square.
      assert.ok(cost(at) >= alone / 4);
      // Where nobody runs and few come there is nothing to share, and to wait is only to wait.
      const quiet = { ...at, active: 0, before: 0 };
      const here = cost(quiet);
      const rounding = 1e-9 * here;
      assert.ok(cost({ ...quiet, pending: at.pending + 16 }) >= here - rounding, 'pending');
      assert.ok(cost({ ...quiet, leftUs: at.leftUs + 1 }) >= here - rounding, 'left');
    }),
    { numRuns: 200 },
  );
});

test('a small change of a weight or of a load is a small change of the cost', () => {
  fc.assert(
    fc.property(placement, (at) => {
      const here = cost(at);
      const small = 1e-6;
      for (const weight of ['overlap', 'loadBalance'] as const) {
        const change = Math.abs(cost({ ...at, [weight]: at[weight] + small }) - here);
        const scale = cost({ ...at, [weight]: 2 }) + here;
        assert.ok(change <= 10 * small * scale, `${weight}: ${change} of ${scale}`);
      }
      // A token more, of prefill that waits or of room in use, is at most some per cent of it.
      const pending = cost({ ...at, pending: at.pending + 1 });
      assert.ok(at.pending === 0 || Math.abs(pending - here) <= 0.05 * here + 1000, 'pending');
      const left = cost({ ...at, leftUs: at.leftUs + 1 });
      assert.ok(Math.abs(left - here) <= 0.05 * here + 1000, 'left');
      const inUse = cost({ ...at, inUse: at.inUse + 1 });
      assert.ok(inUse - here <= 0.05 * here + 1000, 'in use');
    }),
    { numRuns: 500 },
  );
});

test('an overlap weight of 0 leaves load alone', () => {
  fc.assert(
    fc.property(placement, (placed) => {
      const at = { ...placed, overlap: 0 };
      assert.equal(cost({ ...at, cached: 0 }), cost(at));
    }),
  );
});

test('a load weight of 0 leaves caches alone', () => {
  fc.assert(
    fc.property(placement, (placed) => {
      const at = { ...placed, loadBalance: 0, profile: '8b-h100' };
      const steps = cost({ ...at, pending: 0, leftUs: 0, before: 0 });
      assert.equal(cost({ ...at, before: 0 }), steps);
    }),
  );
});
