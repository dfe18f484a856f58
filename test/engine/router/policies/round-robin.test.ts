import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RoundRobinPolicy } from '../../../../engine/router/policies/round-robin.ts';
import { clusterView, routeRequest } from '../cluster-view.ts';

// The first two are those of the unit tests beside SGLang's own `round_robin`.

for (const { law, ineligible, turns } of [
  { law: 'workers are chosen in order', ineligible: [], turns: [0, 1, 2, 0, 1] },
  { law: 'a worker that may not be chosen is skipped', ineligible: [1], turns: [0, 2, 0, 2] },
]) {
  test(`round robin: ${law}`, () => {
    const policy = new RoundRobinPolicy();
    const view = clusterView({ workers: 3, ineligible });
    assert.deepEqual(
      turns.map(() => policy.choose(routeRequest(), view)),
      turns,
    );
  });
}

test('workers take turns, and one that is not eligible loses only its own', () => {
  const policy = new RoundRobinPolicy();
  const all = clusterView({ workers: 3 });
  const without1 = clusterView({ workers: 3, ineligible: [1] });
  const views = [all, all, all, all, without1, without1, without1, all, all];
  const chosen = views.map((view) => policy.choose(routeRequest(), view));
  assert.deepEqual(chosen, [0, 1, 2, 0, 2, 0, 2, 0, 1]);
});
