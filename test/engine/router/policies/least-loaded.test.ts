import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LeastLoadedPolicy } from '../../../../engine/router/policies/least-loaded.ts';
import { Rng } from '../../../../shared/rng.ts';
import { clusterView, routeRequest } from '../cluster-view.ts';

const table = [
  { law: 'fewest active requests', active: [3, 1, 2], blocks: [0, 99, 0], chosen: 1 },
  { law: 'then fewest blocks', active: [1, 1, 1], blocks: [5, 6, 4], chosen: 2 },
  {
    law: 'an idle worker with blocks before a busy one',
    active: [1, 0],
    blocks: [0, 8],
    chosen: 1,
  },
];

for (const { law, active, blocks, chosen } of table) {
  test(`least loaded: ${law}`, () => {
    const workers = active.length;
    const view = clusterView({ workers, activeRequests: active, decodeBlocks: blocks });
    assert.equal(new LeastLoadedPolicy(workers, new Rng(1)).choose(routeRequest(), view), chosen);
  });
}
