import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SmartPolicy } from '../../../../engine/router/policies/smart.ts';
import { Rng } from '../../../../shared/rng.ts';
import { clusterView, routeRequest, tally } from '../cluster-view.ts';

const DRAWS = 20_000;

function shares(temperature: number, cost: readonly number[], ineligible: number[]): number[] {
  const view = clusterView({ workers: cost.length, cost, ineligible });
  const policy = new SmartPolicy(cost.length, temperature, new Rng(3));
  const counts = tally(cost.length, DRAWS, () => policy.choose(routeRequest(), view));
  return counts.map((count) => count / DRAWS);
}

test('without a temperature only the lowest cost is chosen', () => {
  assert.deepEqual(shares(0, [4, 2, 3], []), [0, 1, 0]);
});

/** Expected: exp(-(cost - min) / ((max - min) * temperature)), normalised. */
const table: { temperature: number; cost: number[]; ineligible: number[]; weights: number[] }[] = [
  { temperature: 1, cost: [0, 1], ineligible: [], weights: [1, Math.exp(-1)] },
  { temperature: 0.5, cost: [10, 5, 0], ineligible: [], weights: [Math.exp(-2), Math.exp(-1), 1] },
  { temperature: 0.5, cost: [9, 9, 9], ineligible: [], weights: [1, 1, 1] },
  { temperature: 1, cost: [5, 0, 10], ineligible: [1], weights: [1, 0, Math.exp(-1)] },
  { temperature: 0.01, cost: [100, 200, 300], ineligible: [], weights: [1, 0, 0] },
];

for (const { temperature, cost, ineligible, weights } of table) {
  const among = ineligible.length > 0 ? `, ${ineligible} not eligible` : '';
  test(`temperature ${temperature} draws from the softmax of costs ${cost}${among}`, () => {
    const sum = weights.reduce((total, weight) => total + weight, 0);
    for (const [worker, share] of shares(temperature, cost, ineligible).entries()) {
      assert.ok(Math.abs(share - weights[worker]! / sum) < 0.015, `${worker}: ${share}`);
    }
  });
}
