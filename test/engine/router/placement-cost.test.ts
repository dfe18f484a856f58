import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  COST_TERMS,
  type CostWeights,
  PlacementCost,
  TOKEN_DELAY_WEIGHT,
} from '../../../engine/router/placement-cost.ts';
import { StepEstimate } from '../../../engine/router/step-estimate.ts';
import { latencyProfile } from '../../../shared/latency-profiles.ts';
import { emptyLoad } from '../../../shared/protocol.ts';
import { clusterView, routeRequest } from './cluster-view.ts';

const BLOCK = 16;
const BLOCKS_PER_WORKER = 1000;
const latency = latencyProfile('dynamo-mocker')!;
const steps = new StepEstimate(latency, 256);
const DEFAULTS: CostWeights = { overlap: 1, loadBalance: 0.5 };

function costWith(workers: number, weights: CostWeights = DEFAULTS): PlacementCost {
  const cacheTokens = BLOCKS_PER_WORKER * BLOCK;
  const model = { steps, maxNumBatchedTokens: 8192, cacheTokens };
  return new PlacementCost(workers, BLOCK, model, weights, true);
}

type ViewOptions = Parameters<typeof clusterView>[0];

function view(options: ViewOptions) {
  return clusterView({ blockSize: BLOCK, blocksPerWorker: BLOCKS_PER_WORKER, ...options });
}

function terms(cost: PlacementCost, worker: number): Record<string, number> {
  const row = cost.termsUs.subarray(worker * COST_TERMS.length);
  return Object.fromEntries(COST_TERMS.map((term, index) => [term, row[index]!]));
}

/** 100 blocks and a token; its blocks have hashes of their own. */
const request = routeRequest({
  promptTokens: 1601,
  promptBlocks: 100,
  hashes: Uint32Array.from({ length: 200 }, (_, n) => n + 1),
});

function near(value: number | undefined, wanted: number): void {
  assert.ok(Math.abs(value! - wanted) < 1e-6 * Math.max(1, wanted), `${value}, wanted ${wanted}`);
}

describe('the cost of a placement', () => {
  test('on an idle worker is the time of the step that computes what is not cached', () => {
    const cost = costWith(2);
    cost.score(request, view({ workers: 2, overlapBlocks: [60, 0] }));
    near(cost.costUs[0], steps.prefillUs(641, 1601, 1) + steps.decodeStepUs(1, 0));
    near(cost.costUs[1], steps.prefillUs(1601, 1601, 1) + steps.decodeStepUs(1, 0));
    assert.deepEqual(terms(cost, 1), { ...terms(cost, 1), wait: 0, queue: 0, stall: 0, room: 0 });
  });

  test('of a prompt longer than a step is that of all its steps', () => {
    const cost = costWith(1);
    const long = routeRequest({ promptTokens: 2 * 8192 });
    cost.score(long, view({ workers: 1 }));
    near(cost.costUs[0], 2 * (steps.prefillUs(8192, 8192, 1) + steps.decodeStepUs(1, 0)));
  });

  test('counts what waits before it by the steps that it lengthens', () => {
    const cost = costWith(1);
    cost.score(request, view({ workers: 1, prefillTokensPending: [1000] }));
    near(terms(cost, 0).wait, steps.prefillUs(2601, 2601, 1) - steps.prefillUs(1601, 1601, 1));
  });

  test('counts the tokens of those that run there, which its prefill holds up', () => {
    const cost = costWith(1);
    cost.score(request, view({ workers: 1, activeRequests: [8] }));
    near(terms(cost, 0).stall, TOKEN_DELAY_WEIGHT * 8 * steps.prefillUs(1601, 1601, 1));
  });

  test('is that of an ineligible worker for nobody', () => {
    const cost = costWith(2);
    const lowest = cost.score(request, view({ workers: 2, ineligible: [0] }));
    assert.ok(Number.isNaN(cost.costUs[0]));
    assert.equal(lowest, cost.costUs[1]);
  });

  test('prices the prefill for those who will come, once they come often', () => {
    const cost = costWith(1);
    const idle = view({ workers: 1 });
    for (let n = 0; n < 200; n++) {
      const at = { ...idle, atUs: (n * 100_000) as typeof idle.atUs };
      cost.score(request, at);
      cost.booked(request, 0, 0);
    }
    const prefillUs = steps.prefillUs(1601, 1601, 1);
    const { queue, pace } = terms(cost, 0);
    // 10 a second, each of them some 42 ms of prefill: x (x / 2) l / (1 - p).
    const load = prefillUs / 100_000;
    const wanted = ((1e-5 * prefillUs) / (1 - load)) * (prefillUs / 2);
    assert.ok(Math.abs(queue! - wanted) < 0.05 * wanted, `${queue}, wanted ${wanted}`);
    assert.ok(pace === 0, 'nobody stays, so nobody gets tokens');
  });

  test('counts room only where it is short', () => {
    const busy = { workers: 3, activeRequests: [9, 9, 9], decodeBlocks: [300, 900, 1000] };
    const cost = costWith(3);
    cost.score(request, view(busy));
    cost.booked(request, 0, 0);
    cost.score(request, { ...view(busy), atUs: 1e6 as never });
    assert.equal(terms(cost, 0).room, 0);
    assert.ok(terms(cost, 1).room! > 0);
    assert.ok(terms(cost, 2).room! > terms(cost, 1).room!);
  });
});

describe('the step under way', () => {
  test('counts what is left of the step under way, and not what that step computes', () => {
    const cost = costWith(1);
    const step = { stepPrefillTokens: 1000, stepLengthUs: 30_000, stepLeftUs: 20_000 };
    cost.reported(0, { ...emptyLoad(), ...step }, 0);
    cost.score(request, view({ workers: 1, atUs: 5000, prefillTokensPending: [1000] }));
    near(terms(cost, 0).wait, 15_000);
  });

  test('counts a start that it shares by half, and the first tokens that it holds up by it', () => {
    const cost = costWith(1);
    cost.score(request, view({ workers: 1, prefillTokensPending: [1601] }));
    const shared = steps.prefillUs(1601, 1601, 1) - steps.prefill.startUs / 2;
    near(terms(cost, 0).stall, shared);
  });

  test('takes what is placed on an idle worker to begin at once', () => {
    const cost = costWith(1);
    cost.score(request, view({ workers: 1 }));
    cost.booked(request, 0, 0);
    const later = { workers: 1, atUs: 1000, prefillTokensPending: [1601] };
    cost.score(request, view(later));
    near(terms(cost, 0).wait, steps.prefillUs(1601, 1601, 1) - 1000);
  });
});

describe('weights', () => {
  const options = {
    workers: 3,
    overlapBlocks: [60, 0, 30],
    activeRequests: [5, 0, 2],
    prefillTokensPending: [500, 0, 100],
    decodeBlocks: [50, 0, 20],
  };

  function costsWith(weights: CostWeights, changes: Partial<ViewOptions>): number[] {
    const cost = costWith(3, weights);
    cost.score(request, view({ ...options, ...changes }));
    return [...cost.costUs];
  }

  test('without an overlap weight caches do not count', () => {
    const weights = { overlap: 0, loadBalance: 0.5 };
    const costs = costsWith(weights, {});
    assert.deepEqual(costsWith(weights, { overlapBlocks: [0, 60, 30] }), costs);
    assert.ok(costs[1]! < costs[2]! && costs[2]! < costs[0]!);
  });

  test('without a load weight only caches do', () => {
    const weights = { overlap: 1, loadBalance: 0 };
    const costs = costsWith(weights, { decodeBlocks: [] });
    const idle = { activeRequests: [], prefillTokensPending: [], decodeBlocks: [] };
    assert.deepEqual(costsWith(weights, idle), costs);
    assert.ok(costs[0]! < costs[2]! && costs[2]! < costs[1]!);
  });
});

test('a prefix whose one holder is busy is copied once its requests have paid for it', () => {
  const cost = costWith(2);
  const busy = view({ workers: 2, overlapBlocks: [99, 0], activeRequests: [2, 0] });
  let requests = 0;
  for (; requests < 1000; requests++) {
    cost.score(request, busy);
    const chosen = cost.costUs[0]! <= cost.costUs[1]! ? 0 : 1;
    cost.booked(request, chosen, chosen === 0 ? 99 : 0);
    if (chosen === 1) break;
  }
  assert.ok(requests > 1 && requests < 100, `copied after ${requests}`);
  assert.ok(terms(cost, 1).copy! < 0);
  cost.score(request, busy);
  assert.ok(terms(cost, 1).copy === 0, 'the copy has taken all');
});

test('each term can be left out, and costs nothing then', () => {
  const busy = view({
    workers: 2,
    overlapBlocks: [99, 0],
    activeRequests: [20, 10],
    decodeBlocks: [980, 900],
    heldBlocks: [20, 100],
    prefillTokensPending: [3000, 500],
  });
  for (const term of ['wait', 'queue', 'stall', 'pace', 'size', 'room', 'evict', 'copy'] as const) {
    const all = costWith(2);
    const without = costWith(2, { ...DEFAULTS, without: [term] });
    for (const cost of [all, without]) {
      for (let n = 0; n < 3; n++) {
        cost.score(request, { ...busy, atUs: (n * 1e6) as typeof busy.atUs });
        cost.booked(request, 0, 99);
      }
    }
    assert.notEqual(terms(all, 1)[term], 0, `${term} counts`);
    assert.ok(terms(without, 1)[term] === 0, `${term} is left out`);
    const sum = Object.values(terms(without, 1)).reduce((total, us) => total + us, 0);
    near(without.costUs[1], sum);
  }
});
