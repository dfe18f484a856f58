import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nthEligible, RandomPolicy } from '../../../../engine/router/policies/random.ts';
import { Rng } from '../../../../shared/rng.ts';
import { clusterView, routeRequest, tally } from '../cluster-view.ts';

test('random: every worker is chosen of three, and the only one that may be, as in SGLang', () => {
  const policy = new RandomPolicy(new Rng(4));
  const all = clusterView({ workers: 3 });
  assert.ok(Math.min(...tally(3, 100, () => policy.choose(routeRequest(), all))) > 0);
  const last = clusterView({ workers: 2, ineligible: [0] });
  assert.deepEqual(
    tally(2, 10, () => policy.choose(routeRequest(), last)),
    [0, 10],
  );
});

test('the choice is uniform whatever the load', () => {
  const view = clusterView({ workers: 4, activeRequests: [50, 0, 0, 0], cost: [9, 0, 0, 0] });
  const policy = new RandomPolicy(new Rng(4));
  const counts = tally(4, 4000, () => policy.choose(routeRequest(), view));
  for (const count of counts) assert.ok(count > 900 && count < 1100, `${counts}`);
});

test('a rank counts eligible workers only', () => {
  const view = clusterView({ workers: 6, ineligible: [0, 3, 5] });
  assert.deepEqual(
    [0, 1, 2].map((rank) => nthEligible(view, rank)),
    [1, 2, 4],
  );
});
