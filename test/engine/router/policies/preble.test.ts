import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PREBLE_PARAMETERS, PreblePolicy } from '../../../../engine/router/policies/preble.ts';
import { StepEstimate } from '../../../../engine/router/step-estimate.ts';
import { Rng } from '../../../../shared/rng.ts';
import { clusterView, routeRequest } from '../cluster-view.ts';

/** A prefill of 0.1 ms a token, and 10 ms from one token to the next. */
const STEPS = new StepEstimate(
  {
    kind: 'linear',
    prefillOverheadUs: 0,
    prefillUsPerToken: 100,
    prefillDeviationPercent: 0,
    itlUs: 10_000,
    itlDeviationPercent: 0,
    loadFactor: 1,
  },
  64,
);

/** Three workers, of which each was given so many prompts of 1,000 tokens at the start. */
function policyWith(prompts: readonly [number, number, number]): PreblePolicy {
  const policy = new PreblePolicy(3, STEPS, new Rng(1));
  const view = clusterView({ workers: 3 });
  for (const [worker, count] of prompts.entries()) {
    for (let n = 0; n < count; n++)
      policy.booked(routeRequest({ promptTokens: 1000 }), worker, view);
  }
  return policy;
}

/** Of 160 tokens, 16 of which are a block. */
const PROMPT = routeRequest({ promptBlocks: 10, promptTokens: 160 });

// E2: exploit where more of the prompt is cached than is not, else explore.

for (const { law, overlapBlocks, chosen } of [
  {
    law: 'six blocks of ten are exploited, however busy their worker is',
    overlapBlocks: [6, 0, 0],
    chosen: 0,
  },
  { law: 'five of ten are not', overlapBlocks: [5, 0, 0], chosen: 2 },
  { law: 'of those with the most the least loaded gets it', overlapBlocks: [6, 6, 5], chosen: 1 },
]) {
  test(`preble: ${law}`, () => {
    const view = clusterView({ workers: 3, overlapBlocks });
    assert.equal(policyWith([9, 5, 1]).choose(PROMPT, view), chosen);
  });
}

test('preble: what is explored goes by load and by what is left to prefill', () => {
  // A request is 100 ms of prefill and 45 tokens in 450 ms; 8 blocks are 12.8 ms of prefill.
  const policy = policyWith([1, 1, 1]);
  const view = clusterView({ workers: 3, overlapBlocks: [0, 8, 0] });
  const long = routeRequest({ promptBlocks: 20, promptTokens: 320 });
  assert.equal(policy.choose(long, view), 1);
  policy.booked(routeRequest({ promptTokens: 1 }), 1, clusterView({ workers: 3 }));
  policy.booked(routeRequest({ promptTokens: 1 }), 2, clusterView({ workers: 3 }));
  assert.equal(policy.choose(long, view), 0);
});

test('preble: a worker that has computed more than it has room for evicts what it used', () => {
  // Worker 0 has computed 62 blocks; 20 more take 32 ms, and twice that where it has no room.
  const policy = policyWith([1, 1, 1]);
  const view = (blocksPerWorker: number) =>
    clusterView({ workers: 3, overlapBlocks: [0, 0, 0], ineligible: [2], blocksPerWorker });
  policy.booked(routeRequest({ promptBlocks: 62, promptTokens: 1 }), 0, view(1000));
  policy.booked(routeRequest({ promptBlocks: 0, promptTokens: 200 }), 1, view(1000));
  const long = routeRequest({ promptBlocks: 20, promptTokens: 320 });
  assert.equal(policy.choose(long, view(62)), 0, 'the less loaded one has room');
  assert.equal(policy.choose(long, view(61)), 1, 'it has none');
});

test('preble: the load of a request is forgotten after three minutes', () => {
  const policy = policyWith([0, 3, 2]);
  const later = (seconds: number) =>
    policy.choose(PROMPT, clusterView({ workers: 3, ineligible: [0], atUs: seconds * 1e6 }));
  policy.booked(PROMPT, 2, clusterView({ workers: 3, atUs: 170e6 }));
  policy.booked(PROMPT, 2, clusterView({ workers: 3, atUs: 171e6 }));
  assert.equal(later(179), 1);
  policy.booked(PROMPT, 1, clusterView({ workers: 3, atUs: 179e6 }));
  assert.equal(later(180), 1, 'one request against two');
});

test('preble: what the most loaded worker would get by its cache goes to the least loaded', () => {
  const { balancedFrom, imbalanceFactor } = PREBLE_PARAMETERS;
  assert.deepEqual([balancedFrom, imbalanceFactor], [50, 1.5]);
  const view = clusterView({ workers: 3, overlapBlocks: [9, 0, 0] });
  assert.equal(policyWith([18, 20, 12]).choose(PROMPT, view), 0, 'another is loaded more');
  assert.equal(policyWith([21, 15, 14]).choose(PROMPT, view), 0, '1.5 times is borne');
  assert.equal(policyWith([22, 15, 14]).choose(PROMPT, view), 2, 'more is not');
  assert.equal(policyWith([21, 15, 13]).choose(PROMPT, view), 0, 'before 50 requests it is');
});

test('preble: a worker that crashed has no load', () => {
  const policy = policyWith([2, 3, 4]);
  policy.forget(2);
  assert.equal(policy.choose(PROMPT, clusterView({ workers: 3 })), 2);
});
