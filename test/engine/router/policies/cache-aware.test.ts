import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CacheAwarePolicy } from '../../../../engine/router/policies/cache-aware.ts';
import type { RouteRequest } from '../../../../engine/router/routing-policy.ts';
import { Rng } from '../../../../shared/rng.ts';
import { clusterView, routeRequest, tally } from '../cluster-view.ts';

const BLOCK_SIZE = 16;

/** A prompt of `promptBlocks` full blocks and one token; prompts of one `text` begin alike. */
function prompt(text: number, promptBlocks: number): RouteRequest {
  const hashes = Uint32Array.from({ length: 2 * promptBlocks }, (_, word) => text * 10_000 + word);
  return routeRequest({ hashes, promptBlocks, promptTokens: BLOCK_SIZE * promptBlocks + 1 });
}

function policyOf(workers: number, blockSize = BLOCK_SIZE): CacheAwarePolicy {
  return new CacheAwarePolicy(workers, blockSize, new Rng(1));
}

// The first four are those of the unit tests beside SGLang's own `cache_aware`.

test('cache aware: a prompt, and its beginning, go where it went before', () => {
  const policy = policyOf(2);
  const view = clusterView({ workers: 2 });
  const first = policy.choose(prompt(1, 11), view);
  assert.equal(policy.choose(prompt(1, 11), view), first);
  assert.equal(policy.choose(prompt(1, 5), view), first);
});

test('cache aware: when load is uneven the idle worker is chosen whatever was sent where', () => {
  const policy = policyOf(2);
  const others = clusterView({ workers: 2, ineligible: [1] });
  assert.equal(policy.choose(prompt(1, 11), others), 0);
  const uneven = clusterView({ workers: 2, activeRequests: [65, 0] });
  for (let n = 0; n < 5; n++) assert.equal(policy.choose(prompt(1, 11), uneven), 1);
});

test('cache aware: what was sent to a worker that is away goes to another', () => {
  const policy = policyOf(2);
  assert.equal(policy.choose(prompt(1, 5), clusterView({ workers: 2, ineligible: [1] })), 0);
  assert.equal(policy.choose(prompt(1, 5), clusterView({ workers: 2, ineligible: [0] })), 1);
});

test('cache aware: a new prompt goes to the smallest tree, however busy that worker is', () => {
  const policy = policyOf(2);
  policy.choose(prompt(1, 5), clusterView({ workers: 2, ineligible: [1] }));
  policy.choose(prompt(2, 1000), clusterView({ workers: 2, ineligible: [0] }));
  const view = clusterView({ workers: 2, activeRequests: [50, 0] });
  assert.equal(policy.choose(prompt(3, 17), view), 0);
});

test('cache aware: what counts is what was sent, not what workers have cached', () => {
  const policy = policyOf(3);
  const view = clusterView({ workers: 3, overlapBlocks: [10, 0, 0], cachedBlocks: [0, 9, 9] });
  const counts = tally(3, 300, (n) => policy.choose(prompt(n, 10), view));
  assert.deepEqual(counts, [100, 100, 100]);
});

test('cache aware: a prefix decides when it is over three tenths of the prompt', () => {
  for (const [matched, chosen] of [
    [4, 0],
    [3, 1],
  ] as const) {
    const policy = policyOf(2);
    policy.choose(prompt(1, matched), clusterView({ workers: 2, ineligible: [1] }));
    assert.equal(policy.choose(prompt(1, 10), clusterView({ workers: 2 })), chosen);
  }
});

test('cache aware: the longer prefix wins, and of two alike that of the idler worker', () => {
  const policy = policyOf(3);
  for (const [worker, blocks] of [8, 9, 9].entries()) {
    const ineligible = [0, 1, 2].filter((other) => other !== worker);
    policy.choose(prompt(1, blocks), clusterView({ workers: 3, ineligible }));
  }
  const view = clusterView({ workers: 3, activeRequests: [0, 2, 1] });
  assert.equal(policy.choose(prompt(1, 10), view), 2);
});

for (const { law, active, chosen } of [
  { law: 'a difference of 64 requests is borne', active: [64, 0, 0], chosen: 0 },
  { law: 'beyond, the least loaded worker is chosen', active: [65, 1, 0], chosen: 2 },
  { law: 'a difference of half as many again is borne', active: [300, 200, 200], chosen: 0 },
  { law: 'beyond half it is not', active: [301, 200, 201], chosen: 1 },
]) {
  test(`cache aware: ${law}`, () => {
    const policy = policyOf(3);
    policy.choose(prompt(1, 10), clusterView({ workers: 3, ineligible: [1, 2] }));
    const view = clusterView({ workers: 3, activeRequests: active });
    assert.equal(policy.choose(prompt(1, 10), view), chosen);
  });
}

test('cache aware: a choice by load is remembered as well', () => {
  const policy = policyOf(2);
  const uneven = clusterView({ workers: 2, activeRequests: [65, 0] });
  assert.equal(policy.choose(prompt(1, 10), uneven), 1);
  const even = clusterView({ workers: 2, activeRequests: [0, 5] });
  assert.equal(policy.choose(prompt(1, 10), even), 1);
});

test('cache aware: prompts without a full block go by load', () => {
  const policy = policyOf(3);
  const view = clusterView({ workers: 3, activeRequests: [2, 1, 3] });
  for (let n = 0; n < 5; n++) assert.equal(policy.choose(prompt(n, 0), view), 1);
});

test('cache aware: workers whose trees are all full share new prompts', () => {
  // Blocks of 2^20 tokens make trees of 16 blocks.
  const blockSize = 2 ** 20;
  const policy = policyOf(4, blockSize);
  const view = clusterView({ workers: 4, blockSize });
  const counts = tally(4, 4000, (n) =>
    policy.choose({ ...prompt(n, 3), promptTokens: 3 * blockSize }, view),
  );
  for (const count of counts) assert.ok(count > 850 && count < 1150, `${counts}`);
  assert.equal(policy.forgottenBlocks, 4000 * 3 - 4 * 16);
});
