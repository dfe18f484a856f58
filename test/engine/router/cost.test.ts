import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placementCost } from '../../../engine/router/cost.ts';

const table = [
  {
    law: 'an idle worker without the prefix costs its prefill and its decode blocks',
    weights: { overlap: 1, loadBalance: 0.5 },
    load: { prompt: 10, overlap: 0, pending: 0, decode: 0, active: 0 },
    cost: 10 + 10,
  },
  {
    law: 'cached blocks are neither computed nor in use twice',
    weights: { overlap: 1, loadBalance: 0.5 },
    load: { prompt: 10, overlap: 9, pending: 0, decode: 9, active: 0 },
    cost: 1 + (9 + 1),
  },
  {
    law: 'every term has its weight',
    weights: { overlap: 2, loadBalance: 0.5 },
    load: { prompt: 10, overlap: 4, pending: 2.5, decode: 7, active: 3 },
    cost: 2 * (2.5 + 10 - 4) + (7 + 10 - 4) + 0.5 * 3,
  },
  {
    law: 'overlap weight 0 leaves load alone',
    weights: { overlap: 0, loadBalance: 1 },
    load: { prompt: 10, overlap: 4, pending: 2.5, decode: 7, active: 3 },
    cost: 7 + 10 + 3,
  },
];

for (const { law, weights, load, cost } of table) {
  test(`placement cost: ${law}`, () => {
    const { prompt, overlap, pending, decode, active } = load;
    assert.equal(placementCost(weights, prompt, overlap, pending, decode, active), cost);
  });
}
