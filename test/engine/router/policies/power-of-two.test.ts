import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PowerOfTwoPolicy } from '../../../../engine/router/policies/power-of-two.ts';
import { Rng } from '../../../../shared/rng.ts';
import { clusterView, routeRequest, tally } from '../cluster-view.ts';

test('each worker wins against those that are more loaded, of all pairs alike', () => {
  const view = clusterView({ workers: 4, activeRequests: [3, 1, 0, 2] });
  const policy = new PowerOfTwoPolicy(new Rng(1));
  const counts = tally(4, 6000, () => policy.choose(routeRequest(), view));
  // Of the 6 pairs the worker with rank r from the top of the load wins r.
  for (const [worker, wins] of [0, 2, 3, 1].entries()) {
    assert.ok(Math.abs(counts[worker]! - wins * 1000) <= 100, `${counts}`);
  }
});

test('equal requests are decided by blocks', () => {
  const view = clusterView({ workers: 2, activeRequests: [1, 1], decodeBlocks: [5, 4] });
  const policy = new PowerOfTwoPolicy(new Rng(1));
  assert.deepEqual(
    tally(2, 100, () => policy.choose(routeRequest(), view)),
    [0, 100],
  );
});

test('the only eligible worker is chosen', () => {
  const view = clusterView({ workers: 3, ineligible: [0, 2] });
  assert.equal(new PowerOfTwoPolicy(new Rng(1)).choose(routeRequest(), view), 1);
});
