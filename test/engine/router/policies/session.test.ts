import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SessionPolicy } from '../../../../engine/router/policies/session.ts';
import { Rng } from '../../../../shared/rng.ts';
import { clusterView, routeRequest, tally } from '../cluster-view.ts';

const KEYS = 500;

test('a session keeps its worker whatever the load, leaves it only while it is down', () => {
  const policy = new SessionPolicy(4, new Rng(1));
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

test('session: a request without a session goes to the less loaded of two, as beside the original', () => {
  const view = clusterView({ workers: 2, activeRequests: [10, 5] });
  const policy = new SessionPolicy(2, new Rng(1));
  assert.equal(policy.choose(routeRequest({ sessionKey: undefined }), view), 1);
});

test('requests without a session spread by load, whether their prompts have hashes or not', () => {
  for (const hashes of [new Uint32Array(0), Uint32Array.of(7, 7, 8, 8)]) {
    const policy = new SessionPolicy(4, new Rng(1));
    const request = routeRequest({
      sessionKey: undefined,
      hashes,
      promptBlocks: hashes.length / 2,
    });
    const activeRequests = [0, 0, 0, 0];
    const counts = tally(4, KEYS, () => {
      const worker = policy.choose(request, clusterView({ workers: 4, activeRequests }));
      activeRequests[worker] = activeRequests[worker]! + 1;
      return worker;
    });
    assert.deepEqual(counts, [125, 125, 125, 125]);
  }
});
