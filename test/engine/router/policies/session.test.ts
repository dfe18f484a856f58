import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SessionPolicy } from '../../../../engine/router/policies/session.ts';
import { clusterView, routeRequest } from '../cluster-view.ts';

const KEYS = 500;

test('a session keeps its worker whatever the load, leaves it only while it is down', () => {
  const policy = new SessionPolicy(4);
  const place = (ineligible: number[], activeRequests: number[]) => {
    const view = clusterView({ workers: 4, ineligible, activeRequests });
    return Array.from({ length: KEYS }, (_, sessionKey) =>
      policy.choose(routeRequest({ sessionKey }), view),
    );
  };
  const home = place([], []);
  assert.equal(new Set(home).size, 4);
  assert.deepEqual(place([], [90, 0, 5, 1]), home);
  const without2 = place([2], []);
  for (const [key, worker] of home.entries()) {
    assert.equal(without2[key] === worker, worker !== 2);
  }
  assert.deepEqual(place([], []), home);
});

test('without a session, prompts that start with the same block stay together', () => {
  const policy = new SessionPolicy(4);
  const view = clusterView({ workers: 4 });
  const place = (...blocks: number[]): number =>
    policy.choose(
      routeRequest({ sessionKey: undefined, hashes: Uint32Array.from(blocks), promptBlocks: 2 }),
      view,
    );
  const first = Array.from({ length: KEYS }, (_, block) => place(block, 0, 1, 2));
  assert.equal(new Set(first).size, 4);
  assert.deepEqual(
    first.map((_, block) => place(block, 0, 3, 4)),
    first,
  );
  assert.equal(place(), place(), 'no block at all is one session');
});
