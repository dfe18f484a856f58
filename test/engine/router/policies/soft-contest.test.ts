import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SoftContest } from '../../../../engine/router/policies/soft-contest.ts';
import { Rng } from '../../../../shared/rng.ts';
import { tally } from '../cluster-view.ts';

const DRAWS = 20_000;

function shares(temperature: number, costs: readonly number[], ineligible: number[]): number[] {
  const contest = new SoftContest(costs.length, temperature, new Rng(3));
  const eligible = Uint8Array.from(costs, (_, worker) => Number(!ineligible.includes(worker)));
  contest.costs.set(costs);
  const counts = tally(costs.length, DRAWS, () => contest.winner(eligible));
  return counts.map((count) => count / DRAWS);
}

test('without a temperature only the lowest cost is chosen', () => {
  assert.deepEqual(shares(0, [4, 2, 3], []), [0, 1, 0]);
});

/** Expected: exp(-(cost - min) / ((max - min) * temperature)), normalised. */
const table: { temperature: number; costs: number[]; ineligible: number[]; weights: number[] }[] = [
  { temperature: 1, costs: [0, 1], ineligible: [], weights: [1, Math.exp(-1)] },
  { temperature: 0.5, costs: [10, 5, 0], ineligible: [], weights: [Math.exp(-2), Math.exp(-1), 1] },
  { temperature: 0.5, costs: [9, 9, 9], ineligible: [], weights: [1, 1, 1] },
  { temperature: 1, costs: [5, 0, 10], ineligible: [1], weights: [1, 0, Math.exp(-1)] },
  { temperature: 0.01, costs: [100, 200, 300], ineligible: [], weights: [1, 0, 0] },
];

for (const { temperature, costs, ineligible, weights } of table) {
  const among = ineligible.length > 0 ? `, ${ineligible} not eligible` : '';
  test(`temperature ${temperature} draws from the softmax of costs ${costs}${among}`, () => {
    const sum = weights.reduce((total, weight) => total + weight, 0);
    for (const [worker, share] of shares(temperature, costs, ineligible).entries()) {
      assert.ok(Math.abs(share - weights[worker]! / sum) < 0.015, `${worker}: ${share}`);
    }
  });
}
