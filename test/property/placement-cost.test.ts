import assert from 'node:assert/strict';
import { test } from 'node:test';

import { placementCost } from '../../engine/router/cost.ts';
import { fc } from '../support/property.ts';

const blocks = fc.nat({ max: 4096 });
const weight = fc.oneof(
  fc.double({ min: 0, max: 4, noNaN: true }),
  fc.constantFrom(0, 0.001, 0.999, 1, 1000),
);
const placement = fc
  .record({
    overlap: weight,
    loadBalance: weight,
    prompt: blocks,
    cachedShare: fc.double({ min: 0, max: 1, noNaN: true }),
    pending: fc.double({ min: 0, max: 1e5, noNaN: true }),
    decode: blocks,
    active: fc.nat({ max: 500 }),
  })
  .map(({ cachedShare, ...rest }) => ({
    ...rest,
    cached: Math.floor(rest.prompt * cachedShare),
  }));
type Placement = typeof placement extends fc.Arbitrary<infer T> ? T : never;

function cost(placement: Placement): number {
  const { overlap, loadBalance, prompt, cached, pending, decode, active } = placement;
  return placementCost({ overlap, loadBalance }, prompt, cached, pending, decode, active);
}

/** A little more than what rounding can do to sums of this size. */
const ROUNDING = 1e-6;

test('a small change of a weight is a small change of every cost, also at an overlap weight of 0', () => {
  const step = fc.constantFrom(1e-9, 1e-6, 1e-3, 0.1);
  fc.assert(
    fc.property(placement, step, (at, step) => {
      const here = cost(at);
      const moreOverlap = cost({ ...at, overlap: at.overlap + step });
      const { pending, prompt, cached, active } = at;
      assert.ok(Math.abs(moreOverlap - here) <= step * (pending + prompt + cached) + ROUNDING);
      const moreBalance = cost({ ...at, loadBalance: at.loadBalance + step });
      assert.ok(Math.abs(moreBalance - here) <= step * active + ROUNDING);
    }),
    { numRuns: 2000 },
  );
});

test('more load never makes a worker cheaper, and more of the prompt in its cache never dearer', () => {
  fc.assert(
    fc.property(placement, (at) => {
      const here = cost(at);
      for (const more of ['prompt', 'pending', 'decode', 'active'] as const) {
        assert.ok(cost({ ...at, [more]: at[more] + 1 }) >= here - ROUNDING, more);
      }
      assert.ok(cost({ ...at, cached: at.cached + 1 }) <= here + ROUNDING);
    }),
  );
});

test('an overlap weight of 0 leaves load alone: what is cached or pending counts for nothing', () => {
  fc.assert(
    fc.property(placement, (placed) => {
      const at = { ...placed, overlap: 0 };
      assert.equal(cost({ ...at, cached: 0, pending: 0 }), cost(at));
    }),
  );
});
