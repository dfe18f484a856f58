import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DYNAMO_PARAMETERS, DynamoPolicy } from '../../../../engine/router/policies/dynamo.ts';
import type { RouteRequest } from '../../../../engine/router/routing-policy.ts';
import { Rng } from '../../../../shared/rng.ts';
import { clusterView, routeRequest, tally } from '../cluster-view.ts';

/** A prompt of full blocks of 16 tokens; prompts of one `text` begin alike. */
function prompt(text: number, promptBlocks: number, blockSize = 16): RouteRequest {
  const hashes = Uint32Array.from({ length: 2 * promptBlocks }, (_, word) => text * 10_000 + word);
  return routeRequest({ hashes, promptBlocks, promptTokens: blockSize * promptBlocks });
}

/** What two workers that have prompts of so many blocks in use are asked for goes to. */
function chosen(
  parameters: Partial<typeof DYNAMO_PARAMETERS>,
  request: RouteRequest,
  activeBlocks: readonly [number, number],
  options: Omit<Parameters<typeof clusterView>[0], 'workers'>,
): number {
  const policy = new DynamoPolicy(2, new Rng(1), { ...DYNAMO_PARAMETERS, ...parameters });
  for (const [worker, blocks] of activeBlocks.entries()) {
    policy.booked(prompt(100 + worker, blocks), worker);
  }
  return policy.choose(request, clusterView({ workers: 2, ...options }));
}

// The cases are those of the unit tests beside Dynamo's own selector, by their names there.

for (const [parameters, worker] of [
  [{}, 0],
  [{ overlapScoreCredit: 0 }, 1],
  [{ prefillLoadScale: 0 }, 1],
] as const) {
  const which = Object.keys(parameters)[0] ?? 'defaults';
  test(`dynamo: per_request_overrides_change_selection, ${which}`, () => {
    const options = { blockSize: 1, overlapBlocks: [2, 0] };
    assert.equal(chosen(parameters, prompt(1, 4, 1), [1, 0], options), worker);
  });
}

test('dynamo: prefill_load_scale_applies_after_overlap_credits', () => {
  const options = { overlapBlocks: [2, 0] };
  assert.equal(chosen({ prefillLoadScale: 2 }, prompt(1, 4), [3, 0], options), 0);
  assert.equal(chosen({ prefillLoadScale: 1 }, prompt(1, 4), [3, 0], options), 1);
});

test('dynamo: overlap_credit_above_one_can_prefer_colocated_worker', () => {
  const options = { overlapBlocks: [4, 0] };
  assert.equal(chosen({}, prompt(1, 8), [5, 0], options), 1);
  assert.equal(chosen({ overlapScoreCredit: 1.5 }, prompt(1, 8), [5, 0], options), 0);
});

test('dynamo: overlap_credit_decay_can_prefer_less_loaded_cold_worker', () => {
  const options = { overlapBlocks: [4, 0], prefillTokensPending: [48, 0] };
  assert.equal(chosen({}, prompt(1, 4), [0, 0], options), 0);
  assert.equal(chosen({ overlapScoreCreditDecay: 1 }, prompt(1, 4), [0, 0], options), 1);
});

test('dynamo: worker_logit_can_charge_active_requests', () => {
  // 100 blocks and four requests cost 100, or 228 where a request counts as 32 blocks.
  const options = { activeRequests: [4, 0] };
  assert.equal(chosen({}, prompt(1, 1), [100, 200], options), 0);
  assert.equal(chosen({ decodeActiveRequestWeight: 32 }, prompt(1, 1), [100, 227], options), 1);
  assert.equal(chosen({ decodeActiveRequestWeight: 32 }, prompt(1, 1), [100, 229], options), 0);
});

test('dynamo: worker_logit_clamps_non_decode_overlap_credit', () => {
  const options = { overlapBlocks: [4, 0] };
  assert.equal(chosen({ overlapScoreCredit: 9 }, prompt(1, 4), [3, 0], options), 0);
  assert.equal(chosen({ overlapScoreCredit: 9 }, prompt(1, 4), [5, 0], options), 1);
});

test('dynamo: default_selector_randomizes_zero_temperature_ties', () => {
  const policy = new DynamoPolicy(3, new Rng(1));
  const counts = tally(3, 120, () => policy.choose(prompt(1, 1), clusterView({ workers: 3 })));
  assert.ok(Math.min(...counts) > 20, `${counts}`);
});

test('dynamo: blocks that requests share are in use once, cached ones that none has are new', () => {
  const view = clusterView({ workers: 2, overlapBlocks: [4, 4] });
  const policy = new DynamoPolicy(2, new Rng(1));
  policy.booked(prompt(1, 8), 0);
  policy.booked(prompt(2, 5), 1);
  // Both have four blocks cached, and only worker 0 in use: 8 + 0 against 5 + 8 blocks.
  assert.equal(policy.choose(prompt(1, 8), view), 0);
  policy.ended(prompt(1, 8), 0);
  policy.booked(prompt(3, 8), 0);
  assert.equal(policy.choose(prompt(1, 8), view), 1);
  policy.forget(0);
  assert.equal(policy.choose(prompt(1, 8), view), 0);
});

test('dynamo: a worker that may not be chosen is none to compare with', () => {
  const options = { overlapBlocks: [4, 0, 0], prefillTokensPending: [48, 32, 0], ineligible: [2] };
  const parameters = { ...DYNAMO_PARAMETERS, overlapScoreCreditDecay: 1 };
  const policy = new DynamoPolicy(3, new Rng(1), parameters);
  // Against worker 1 the excess is a block of four, and the credit 4 / 1.25 blocks.
  assert.equal(policy.choose(prompt(1, 4), clusterView({ workers: 3, ...options })), 0);
});
