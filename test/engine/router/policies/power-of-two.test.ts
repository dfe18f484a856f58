import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PowerOfTwoPolicy } from '../../../../engine/router/policies/power-of-two.ts';
import { Rng } from '../../../../shared/rng.ts';
import { clusterView, routeRequest, tally } from '../cluster-view.ts';

// The first three are those of the unit tests beside SGLang's own `power_of_two`.

test('power of two: of 10, 5 and 0 requests the fewest are chosen most often', () => {
  const view = clusterView({ workers: 3, activeRequests: [10, 5, 0] });
  const policy = new PowerOfTwoPolicy(new Rng(1));
  const [most = 0, middle = 0, least = 0] = tally(3, 100, () =>
    policy.choose(routeRequest(), view),
  );
  assert.ok(least > middle && middle > most, `${[most, middle, least]}`);
});

for (const [first, second, chosen] of [
  [0, 5, 0],
  [10, 2, 1],
  [2, 10, 0],
  [5, 3, 1],
] as const) {
  test(`power of two: of two workers with ${first} and ${second} requests, number ${chosen}`, () => {
    const view = clusterView({ workers: 2, activeRequests: [first, second] });
    assert.equal(new PowerOfTwoPolicy(new Rng(1)).choose(routeRequest(), view), chosen);
  });
}

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
