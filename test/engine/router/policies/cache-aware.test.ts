import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CacheAwarePolicy } from '../../../../engine/router/policies/cache-aware.ts';
import { Rng } from '../../../../shared/rng.ts';
import { clusterView, routeRequest } from '../cluster-view.ts';

/** Prompts of 10 full blocks and one token more: over half is cached from 6 blocks on. */
const table: {
  law: string;
  active?: number[];
  overlap?: number[];
  cached?: number[];
  ineligible?: number[];
  chosen: number;
}[] = [
  {
    law: 'a cached prefix of over half of the prompt decides',
    active: [0, 20, 0],
    overlap: [5, 6, 0],
    cached: [100, 200, 0],
    chosen: 1,
  },
  {
    law: 'up to half of the prompt, the smallest cache decides',
    overlap: [5, 3, 0],
    cached: [10, 9, 11],
    chosen: 1,
  },
  {
    law: 'equal prefixes are decided by load',
    active: [3, 1, 2],
    overlap: [8, 8, 8],
    chosen: 1,
  },
  {
    law: 'equal caches are decided by load',
    active: [3, 2, 1],
    cached: [5, 5, 5],
    chosen: 2,
  },
  {
    law: 'a spread of load of 32 requests is borne',
    active: [32, 0, 0],
    overlap: [10, 0, 0],
    chosen: 0,
  },
  {
    law: 'beyond, the least loaded worker is chosen whatever it has cached',
    active: [33, 1, 0],
    overlap: [10, 10, 0],
    chosen: 2,
  },
  {
    law: 'a spread of up to a tenth is borne',
    active: [440, 400, 400],
    overlap: [10, 0, 0],
    chosen: 0,
  },
  {
    law: 'beyond a tenth it is not',
    active: [441, 400, 401],
    overlap: [10, 0, 0],
    chosen: 1,
  },
  {
    law: 'workers that are not eligible count for nothing',
    active: [50, 0, 1],
    overlap: [10, 0, 7],
    ineligible: [0],
    chosen: 2,
  },
];

for (const row of table) {
  test(`cache aware: ${row.law}`, () => {
    const view = clusterView({
      workers: 3,
      activeRequests: row.active ?? [],
      overlapBlocks: row.overlap ?? [],
      cachedBlocks: row.cached ?? [],
      ineligible: row.ineligible ?? [],
    });
    const policy = new CacheAwarePolicy(3, new Rng(1));
    assert.equal(policy.choose(routeRequest({ promptBlocks: 10 }), view), row.chosen);
  });
}
