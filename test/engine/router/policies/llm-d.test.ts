import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LLM_D_WEIGHTS, LlmDPolicy } from '../../../../engine/router/policies/llm-d.ts';
import type { RouteRequest } from '../../../../engine/router/routing-policy.ts';
import { Rng } from '../../../../shared/rng.ts';
import { clusterView, routeRequest, tally } from '../cluster-view.ts';

type Weights = ConstructorParameters<typeof LlmDPolicy>[2];
type View = Parameters<typeof clusterView>[0];

const NONE = { precisePrefix: 0, estimatedPrefix: 0, kvUsage: 0, queue: 0 };

/** Prompts begin alike for as many blocks as their `texts` do. */
function prompt(texts: string, blockSize = 64): RouteRequest {
  const hashes = new Uint32Array(2 * texts.length);
  let chained = 7;
  for (const [block, text] of [...texts].entries()) {
    chained = Math.imul(chained ^ text.charCodeAt(0), 0x01000193) >>> 0;
    hashes.set([chained, block], 2 * block);
  }
  return routeRequest({
    hashes,
    promptBlocks: texts.length,
    promptTokens: texts.length * blockSize,
  });
}

/**
 * Asserts the scores of the workers of `view` by their differences: a worker is chosen before
 * another while its use of its cache is higher by less than the difference, and not beyond.
 * `weights` has 1 for the use, and all others use their caches so much that they are out of it.
 */
function assertScores(
  policyOf: (weights: Weights) => LlmDPolicy,
  weights: Weights,
  view: View,
  request: RouteRequest,
  scores: readonly number[],
): void {
  const choose = (worker: number, other: number, usage: number): number => {
    const decodeBlocks = scores.map(() => 9000);
    decodeBlocks[worker] = 1000 * usage;
    decodeBlocks[other] = 0;
    const options = { ...view, blocksPerWorker: 1000, decodeBlocks };
    return policyOf(weights).choose(request, clusterView(options));
  };
  for (const [worker, score] of scores.entries()) {
    for (const [other, otherScore] of scores.entries()) {
      if (worker === other || score < otherScore) continue;
      const usage = score - otherScore;
      if (usage > 0) assert.equal(choose(worker, other, usage - 0.001), worker);
      assert.equal(choose(worker, other, usage + 0.001), other, `${worker} beside ${other}`);
    }
  }
}

const fresh = (workers: number) => (weights: Weights) =>
  new LlmDPolicy(workers, 64, weights, new Rng(1));

// The scores are those of the unit tests beside the scorers of llm-d and of the Gateway API.

for (const { name, waiting, scores } of [
  { name: 'different queue sizes', waiting: [10, 5, 0], scores: [0, 0.5, 1] },
  { name: 'same queue sizes', waiting: [5, 5], scores: [1, 1] },
  { name: 'zero queue sizes', waiting: [0, 0], scores: [1, 1] },
]) {
  test(`llm-d: queue scorer, ${name}`, () => {
    const workers = waiting.length;
    const weights = { ...NONE, queue: 1, kvUsage: 1 };
    assertScores(fresh(workers), weights, { workers, waiting }, prompt('a'), scores);
  });
}

test('llm-d: prefix scorer, five blocks of ten and two of ten', () => {
  const weights = { ...NONE, precisePrefix: 1, kvUsage: 1 };
  const view = { workers: 3, overlapBlocks: [5, 2, 0] };
  assertScores(fresh(3), weights, view, prompt('abcdefghij'), [0.5, 0.2, 0]);
  assertScores(fresh(3), weights, { workers: 3 }, prompt(''), [0, 0, 0]);
});

for (const { name, decodeBlocks, scores } of [
  { name: 'different utilization', decodeBlocks: [800, 500, 0], scores: [0.2, 0.5, 1] },
  { name: 'same utilization', decodeBlocks: [600, 600], scores: [0.4, 0.4] },
  { name: 'full utilization', decodeBlocks: [1000, 500], scores: [0, 0.5] },
]) {
  test(`llm-d: KV cache utilization scorer, ${name}`, () => {
    const workers = scores.length;
    const policy = fresh(workers)({ ...NONE, kvUsage: 1 });
    const view = clusterView({ workers, blocksPerWorker: 1000, decodeBlocks });
    const best = Math.max(...scores);
    const counts = tally(workers, 60, () => policy.choose(prompt('a'), view));
    for (const [worker, count] of counts.entries()) {
      assert.equal(count > 0, scores[worker] === best, `${counts}`);
    }
  });
}

test('llm-d: approximate prefix scorer, a growing prompt', () => {
  const weights = { ...NONE, estimatedPrefix: 1, kvUsage: 1 };
  const sent = (...prompts: readonly [texts: string, worker: number][]) => {
    return (given: Weights) => {
      const policy = fresh(2)(given);
      for (const [texts, worker] of prompts) policy.booked(prompt(texts), worker);
      return policy;
    };
  };
  const view = { workers: 2 };
  assertScores(sent(['a', 0]), weights, view, prompt('b'), [0, 0]);
  assertScores(sent(['a', 0], ['b', 1]), weights, view, prompt('ab'), [1 / 2, 0]);
  assertScores(sent(['a', 0], ['b', 1], ['ab', 0]), weights, view, prompt('abc'), [2 / 3, 0]);
});

test('llm-d: blocks of an estimate have 64 tokens, or as many more as fill KV blocks', () => {
  for (const [blockSize, same, different] of [
    [16, 'aaaa', 'aaab'],
    [48, 'aa', 'ab'],
    [128, 'a', 'b'],
  ] as const) {
    const weights = { ...NONE, estimatedPrefix: 1 };
    const policy = new LlmDPolicy(2, blockSize, weights, new Rng(1));
    const view = clusterView({ workers: 2, blockSize });
    policy.booked(prompt(same), 1);
    const again = tally(2, 40, () => policy.choose(prompt(same), view));
    assert.deepEqual(again, [0, 40], `${blockSize} tokens`);
    const other = tally(2, 40, () => policy.choose(prompt(different), view));
    assert.ok(Math.min(...other) > 5, `${blockSize} tokens: ${other}`);
  }
});

test('llm-d: what was sent is forgotten beyond 31,250 blocks, and when a worker crashes', () => {
  const policy = new LlmDPolicy(1, 64, LLM_D_WEIGHTS['llm-d-default'], new Rng(1));
  const hashes = Uint32Array.from({ length: 2 * 2048 }, (_, word) => word);
  for (let n = 0; n < 16; n++) {
    hashes.forEach((_, at) => {
      if (at % 2 === 1) hashes[at] = n;
    });
    policy.booked(routeRequest({ hashes, promptBlocks: 2048, promptTokens: 2048 * 64 }), 0);
  }
  assert.equal(policy.forgottenBlocks, 16 * 2048 - 31_250);
  policy.forget(0);
  assert.equal(policy.forgottenBlocks, 16 * 2048 - 31_250, 'the count goes on');
});

test('llm-d: a prefix weighs twice what use and queue do, in the estimate as well', () => {
  const view = clusterView({
    workers: 2,
    overlapBlocks: [3, 0],
    decodeBlocks: [950, 0],
    waiting: [9, 0],
    blocksPerWorker: 1000,
  });
  const policies = Object.entries(LLM_D_WEIGHTS).map(([name, weights]) => {
    const policy = fresh(2)(weights);
    policy.booked(prompt('abc'), 0);
    return [name, policy.choose(prompt('abc'), view)];
  });
  assert.deepEqual(policies, [
    ['llm-d', 0],
    ['llm-d-default', 0],
    ['llm-d-load', 1],
  ]);
});
