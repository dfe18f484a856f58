import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createLatencyModel } from '../../../engine/worker/latency/create-latency-model.ts';
import { StepShape } from '../../../engine/worker/latency/step-shape.ts';
import { Hindsight, type PlacedRequest } from '../../../lab/measure/hindsight.ts';
import type { WorkerConfig } from '../../../shared/protocol.ts';
import { timeUs } from '../../../shared/units.ts';
import { fc } from '../../support/property.ts';
import { type ReplaySpec, replayConfig, run } from '../simulate/replay-rig.ts';

/** Blocks of 16 tokens, steps of 2,048, a prefill of 1 ms and 0.1 ms a token. */
const WORKER = replayConfig({ workload: 'lengths' }).worker;

interface Rig {
  readonly hindsight: Hindsight;
  /** What has been judged so far. */
  readonly regretsUs: number[];
}

function rig(workers: number, config: WorkerConfig = WORKER): Rig {
  const regretsUs: number[] = [];
  const regret = (us: number) => regretsUs.push(us);
  return { hindsight: new Hindsight(workers, config, { regret }), regretsUs };
}

function request(
  arrivedMs: number,
  promptTokens: number,
  worker: number,
  counted = true,
): PlacedRequest {
  return { arrivedUs: timeUs(arrivedMs * 1000), promptTokens, worker, counted };
}

describe('the regret of a decision', () => {
  test('is what another worker would have saved, waits and prefills taken together', () => {
    const { hindsight, regretsUs } = rig(2);
    // Both are idle and have nothing: 101 ms anywhere.
    hindsight.placed(request(0, 1000, 0), Int32Array.of(0, 0));
    assert.deepEqual(regretsUs, [0]);
    // There: a wait of 91 ms and 40 tokens, 5 ms. Elsewhere: 1,000 tokens, 101 ms.
    hindsight.placed(request(10, 1000, 0), Int32Array.of(60, 0));
    // Elsewhere, 101 ms, though it would have been a wait of 86 ms and 5 ms.
    hindsight.placed(request(20, 1000, 1), Int32Array.of(60, 0));
    // Behind the third, a wait of 96 ms and 30 tokens, 4 ms, though the first worker is free by
    // then and needs 52 ms for 510 tokens.
    hindsight.placed(request(110, 830, 1), Int32Array.of(20, 50));
    assert.deepEqual(regretsUs, [0], 'the others depend on what is still to come');
    hindsight.begun(0, 101_000);
    assert.deepEqual(regretsUs, [0, 0]);
    hindsight.begun(2, 206_000);
    assert.deepEqual(regretsUs, [0, 0], 'requests count in the order of their decisions');
    hindsight.begun(1, 106_000);
    assert.deepEqual(regretsUs, [0, 0, 10_000, 96_000 + 4000 - 52_000]);
    hindsight.begun(3, 210_000);
    assert.equal(hindsight.open, 0);
  });

  test('counts the last token of a prompt as computed, whatever is cached', () => {
    const { hindsight, regretsUs } = rig(2);
    hindsight.placed(request(0, 32, 0), Int32Array.of(0, 2));
    assert.deepEqual(regretsUs, [1600], '16 tokens, since a block is computed as a whole');
  });

  test('does not take a full queue for a short one', () => {
    const { hindsight, regretsUs } = rig(2);
    hindsight.placed(request(0, 1000, 0), Int32Array.of(0, 0));
    hindsight.placed(request(1, 1000, 0), Int32Array.of(0, 0));
    hindsight.begun(1, 1000);
    hindsight.placed(request(2, 1000, 1), Int32Array.of(0, 0));
    hindsight.begun(0, 101_000);
    assert.deepEqual(regretsUs, [0, 100_000, 0], 'the rejected one leaves the first one there');
  });

  test('of the warm-up is not told, though its requests stand in the way', () => {
    const { hindsight, regretsUs } = rig(2);
    hindsight.placed(request(0, 1000, 0, false), Int32Array.of(0, 0));
    hindsight.placed(request(0, 1000, 0), Int32Array.of(0, 0));
    hindsight.begun(0, 101_000);
    assert.deepEqual(regretsUs, [101_000]);
  });
});

const decision = fc.record({
  gapMs: fc.nat({ max: 8 }),
  promptTokens: fc.integer({ min: 1, max: 7000 }),
  worker: fc.nat({ max: 4 }),
  counted: fc.boolean(),
  heldBlocks: fc.array(fc.oneof(fc.nat({ max: 2 }), fc.nat({ max: 400 })), {
    minLength: 5,
    maxLength: 5,
  }),
  begunAfterMs: fc.nat({ max: 900 }),
});
const decisions = fc.array(decision, { minLength: 1, maxLength: 300, size: 'max' });

test('a plain model, which knows all times from the start, finds the same regrets', () => {
  let mostOpen = 0;
  fc.assert(
    fc.property(decisions, (drawn) => {
      const { hindsight, regretsUs } = rig(5);
      let atMs = 0;
      const requests = drawn.map(({ gapMs, promptTokens, worker, counted, ...rest }) => {
        atMs += gapMs;
        return { ...request(atMs, promptTokens, worker, counted), ...rest };
      });
      const begunUs = requests.map((made) => made.arrivedUs + made.begunAfterMs * 1000);
      const happenings = requests.flatMap((made, number) => [
        {
          atUs: made.arrivedUs as number,
          act: () => hindsight.placed(made, Int32Array.from(made.heldBlocks)),
        },
        { atUs: begunUs[number]! + 0.5, act: () => hindsight.begun(number, begunUs[number]!) },
      ]);
      for (const { act } of happenings.toSorted((a, b) => a.atUs - b.atUs)) {
        act();
        mostOpen = Math.max(mostOpen, hindsight.open);
      }
      assert.equal(hindsight.open, 0);
      assert.deepEqual(regretsUs, plainRegretsUs(requests, begunUs));
    }),
    { numRuns: 60 },
  );
  assert.ok(mostOpen > 64, `the ring has to grow, at most ${mostOpen} were open`);
});

function plainRegretsUs(
  requests: readonly (PlacedRequest & { readonly heldBlocks: readonly number[] })[],
  begunUs: readonly number[],
): number[] {
  const regretsUs: number[] = [];
  for (const [number, request] of requests.entries()) {
    const { arrivedUs, promptTokens, worker, counted, heldBlocks } = request;
    const estimatesUs = heldBlocks.map((blocks, other) => {
      let freeUs = 0;
      for (let before = 0; before < number; before++) {
        if (requests[before]!.worker === other) freeUs = Math.max(freeUs, begunUs[before]!);
      }
      const cached = Math.min(blocks, Math.floor((promptTokens - 1) / 16)) * 16;
      return Math.max(0, freeUs - arrivedUs) + plainPrefillUs(promptTokens, promptTokens - cached);
    });
    if (counted) regretsUs.push(estimatesUs[worker]! - Math.min(...estimatesUs));
  }
  return regretsUs;
}

function plainPrefillUs(promptTokens: number, tokens: number): number {
  const latency = createLatencyModel(WORKER.latency, WORKER.maxNumSeqs);
  let us = 0;
  for (let left = tokens; left > 0; left -= WORKER.maxNumBatchedTokens) {
    const part = Math.min(left, WORKER.maxNumBatchedTokens);
    const step = new StepShape(1);
    step.addChunk(part, promptTokens, 1);
    step.starts = left === tokens ? 1 : 0;
    step.running = 1;
    us += latency.stepUs(step);
  }
  return us;
}

/** More groups than are sent at once, with a prefix that is worth a detour. */
const SHARED: ReplaySpec = {
  workload: 'shared-prefix',
  parameters: { requests: 400, qps: 8, groups: 20, prefixTokens: 3000, outputTokens: 60 },
  workers: 4,
  kvBlocks: 8000,
};
const AGENTIC: ReplaySpec = {
  workload: 'agentic',
  parameters: { requests: 300, qps: 60, thinkSeconds: 0.5 },
  kvBlocks: 20_000,
};
const SEEDS = [1, 2, 3];

function regretMs(spec: ReplaySpec): number {
  return run(spec).latencies.regretMs.mean!;
}

describe('the regret of a replay', () => {
  test('is none on a lone worker', () => {
    assert.equal(run({ ...SHARED, workers: 1 }).latencies.regretMs.max, 0);
  });

  test('is less where the router looks at caches', () => {
    for (const seed of SEEDS) {
      for (const engine of ['batched', 'paced'] as const) {
        const spec = { ...SHARED, seed, engine };
        const smart = regretMs({ ...spec, policy: 'smart' });
        const blind = regretMs({ ...spec, policy: 'round-robin' });
        assert.ok(blind > 1.3 * smart, `${engine}, seed ${seed}: ${blind} ms against ${smart} ms`);
      }
    }
  });

  test('is more where the router hears late of its workers', () => {
    const sumOf = (spec: ReplaySpec) =>
      SEEDS.reduce((sum, seed) => sum + regretMs({ ...spec, seed }), 0);
    const timely = sumOf(AGENTIC);
    const late = sumOf({ ...AGENTIC, stalenessMs: 1000 });
    assert.ok(late > 1.2 * timely, `${late} ms against ${timely} ms`);
  });

  test('is that of a timely router where reports are late by less than anything takes', () => {
    const spec: ReplaySpec = { ...SHARED, policy: 'round-robin' };
    const timely = run(spec).latencies.regretMs;
    assert.deepEqual(run({ ...spec, stalenessMs: 0.001 }).latencies.regretMs, timely);
  });

  test('is known of every request after the warm-up, rejected ones included', () => {
    const spec: ReplaySpec = { ...SHARED, rate: 10, maxNumSeqs: 2, maxWaiting: 2 };
    const { requests, latencies } = run({ ...spec, warmupRequests: 100 });
    assert.equal(requests.in, 300);
    assert.ok(requests.rejected > 0);
    assert.ok(latencies.regretMs.max! > 0);
  });
});
