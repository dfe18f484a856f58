import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SmartPolicy } from '../../../../engine/router/policies/smart.ts';
import { Rng } from '../../../../shared/rng.ts';
import { clusterView, routeRequest, tally } from '../cluster-view.ts';

test('smart: the lowest cost of the view wins, and with a temperature it is the likeliest', () => {
  const view = clusterView({ workers: 3, cost: [4, 2, 3] });
  for (const [temperature, least, most] of [
    [0, 1000, 1000],
    [0.5, 600, 720],
  ] as const) {
    const policy = new SmartPolicy(3, temperature, new Rng(3));
    const [, count = 0] = tally(3, 1000, () => policy.choose(routeRequest(), view));
    assert.ok(count >= least && count <= most, `${count} of 1000 at temperature ${temperature}`);
  }
});
