import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RoundRobinPolicy } from '../../../../engine/router/policies/round-robin.ts';
import { clusterView, routeRequest } from '../cluster-view.ts';

test('workers take turns, and one that is not eligible loses only its own', () => {
  const policy = new RoundRobinPolicy();
  const all = clusterView({ workers: 3 });
  const without1 = clusterView({ workers: 3, ineligible: [1] });
  const views = [all, all, all, all, without1, without1, without1, all, all];
  const chosen = views.map((view) => policy.choose(routeRequest(), view));
  assert.deepEqual(chosen, [0, 1, 2, 0, 2, 0, 2, 0, 1]);
});
