import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PrefixHashPolicy } from '../../../../engine/router/policies/prefix-hash.ts';
import { Rng } from '../../../../shared/rng.ts';
import { clusterView, routeRequest } from '../cluster-view.ts';

/** A request of 40 blocks of 16 tokens, whose hashes are those of `prefix` up to block `shared`. */
function request(prefix: number, tail: number, shared: number) {
  const hashes = Uint32Array.from({ length: 80 }, (_, word) =>
    word >> 1 < shared ? prefix * 7919 + word : tail * 104_729 + word,
  );
  return routeRequest({ hashes, promptBlocks: 40 });
}

test('prompts with the same first 256 tokens go to one worker', () => {
  const policy = new PrefixHashPolicy(8, new Rng(1));
  const view = clusterView({ workers: 8 });
  const chosen = new Set<number>();
  for (let prefix = 0; prefix < 100; prefix++) {
    const worker = policy.choose(request(prefix, 1, 16), view);
    assert.equal(policy.choose(request(prefix, 2, 16), view), worker);
    chosen.add(worker);
  }
  assert.equal(chosen.size, 8);
});

test('what comes after does not matter, what comes before does', () => {
  const policy = new PrefixHashPolicy(8, new Rng(1));
  const view = clusterView({ workers: 8 });
  const place = (shared: number) =>
    new Set(
      Array.from({ length: 100 }, (_, tail) => policy.choose(request(1, tail, shared), view)),
    );
  assert.equal(place(16).size, 1);
  assert.equal(place(15).size, 8);
});

test('prefix hash: of 100 requests on four workers 30 are borne and 35 are not, as beside the original', () => {
  const home = new PrefixHashPolicy(4, new Rng(1)).choose(
    request(1, 0, 40),
    clusterView({ workers: 4 }),
  );
  for (const [active, isBorne] of [
    [30, true],
    [35, false],
  ] as const) {
    const rest = 100 - active - 40;
    const activeRequests = [0, 1, 2, 3].map((worker) => {
      if (worker === home) return active;
      return worker === (home + 1) % 4 ? rest : 20;
    });
    const view = clusterView({ workers: 4, activeRequests });
    const chosen = new PrefixHashPolicy(4, new Rng(1)).choose(request(1, 0, 40), view);
    assert.equal(chosen === home, isBorne);
  }
});

test('a worker with over 1.25 times the mean is passed over for the least loaded one', () => {
  const home = new PrefixHashPolicy(4, new Rng(1)).choose(
    request(1, 0, 40),
    clusterView({ workers: 4 }),
  );
  // 27 requests and this one are 7 a worker, and 8.75 is 1.25 times that.
  for (const [busy, isPassedOver] of [
    [8, false],
    [9, true],
  ] as const) {
    const others = [1, 2, 3].map((step) => (home + step) % 4);
    const activeRequests = [0, 0, 0, 0];
    activeRequests[home] = busy;
    for (const [at, worker] of others.entries()) {
      activeRequests[worker] = [9, 6, 4][at]! - (at === 0 ? busy - 8 : 0);
    }
    const policy = new PrefixHashPolicy(4, new Rng(1));
    const chosen = policy.choose(request(1, 0, 40), clusterView({ workers: 4, activeRequests }));
    assert.equal(chosen, isPassedOver ? others[2] : home);
  }
});

test('prompts that all begin alike leave no worker idle and none with over 1.25 times its share', () => {
  const workers = 8;
  const policy = new PrefixHashPolicy(workers, new Rng(1));
  const view = clusterView({ workers });
  for (let n = 1; n <= 400; n++) {
    view.ledger.book(policy.choose(request(1, 0, 40), view), 640);
    const active = Array.from({ length: workers }, (_, w) => view.ledger.activeRequests(w));
    assert.ok(Math.max(...active) <= 1 + (1.25 * n) / workers, `${active}`);
    const [least = 0, ...others] = active.toSorted((a, b) => a - b);
    assert.ok(others.at(-2)! - least <= 1, `all but one are even: ${active}`);
  }
});

test('a prompt without a full block goes to the least loaded worker', () => {
  const policy = new PrefixHashPolicy(3, new Rng(1));
  const view = clusterView({ workers: 3, activeRequests: [2, 2, 1] });
  assert.equal(policy.choose(routeRequest({ promptBlocks: 0 }), view), 2);
});
