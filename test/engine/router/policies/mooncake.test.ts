import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MooncakePolicy } from '../../../../engine/router/policies/mooncake.ts';
import { StepEstimate } from '../../../../engine/router/step-estimate.ts';
import { Rng } from '../../../../shared/rng.ts';
import { clusterView, routeRequest, tally } from '../cluster-view.ts';

/** A prefill of 1 ms and 0.1 ms a token. */
const STEPS = new StepEstimate(
  {
    kind: 'linear',
    prefillOverheadUs: 1000,
    prefillUsPerToken: 100,
    prefillDeviationPercent: 0,
    itlUs: 10_000,
    itlDeviationPercent: 0,
    loadFactor: 1,
  },
  64,
);

/** A policy that has placed a prompt of 1,000 tokens: 101 µs a token. */
function placedOne(): MooncakePolicy {
  const policy = new MooncakePolicy(2, STEPS, new Rng(1));
  policy.booked(routeRequest({ promptTokens: 1000 }), 0, clusterView({ workers: 2 }));
  return policy;
}

// Algorithm 1: TTFT = T_queue + T_prefill(len, prefix_len), and the least of them.

for (const { law, pending, overlapBlocks, chosen } of [
  {
    law: 'the longer prefix wins between idle workers',
    pending: [0, 0],
    overlapBlocks: [5, 9],
    chosen: 1,
  },
  {
    law: 'of equal prefixes the shorter queue',
    pending: [10, 20],
    overlapBlocks: [5, 5],
    chosen: 0,
  },
  // 11.1 ms wait and 49 ms of prefill against 65 ms, and then 20.2 ms.
  { law: 'a prefix is worth a wait', pending: [110, 0], overlapBlocks: [10, 0], chosen: 0 },
  {
    law: 'as long as it saves more than that',
    pending: [170, 0],
    overlapBlocks: [10, 0],
    chosen: 1,
  },
]) {
  test(`mooncake: ${law}`, () => {
    const view = clusterView({ workers: 2, overlapBlocks, prefillTokensPending: pending });
    const request = routeRequest({ promptBlocks: 40, promptTokens: 640 });
    assert.equal(placedOne().choose(request, view), chosen);
  });
}

test('mooncake: equal workers are told apart by lot', () => {
  const policy = new MooncakePolicy(2, STEPS, new Rng(1));
  const counts = tally(2, 200, () => policy.choose(routeRequest(), clusterView({ workers: 2 })));
  assert.ok(Math.min(...counts) > 70, `${counts}`);
});
