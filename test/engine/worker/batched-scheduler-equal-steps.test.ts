import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LatencyConfig } from '../../../shared/latency-config.ts';
import { fc } from '../../support/property.ts';
import { constantLatency, hashesOf } from '../../support/sequences.ts';
import { WorkerRig } from '../../support/worker-rig.ts';

/** Steps whose duration depends on everything that a step's duration can depend on. */
const LATENCIES: readonly LatencyConfig[] = [
  constantLatency(1000, 37, 0.5),
  {
    kind: 'linear',
    prefillOverheadUs: 500,
    prefillUsPerToken: 11,
    prefillDeviationPercent: 0,
    itlUs: 90,
    itlDeviationPercent: 0,
    loadFactor: 3,
  },
  { kind: 'polynomial', prefillMs: [0.01, 0.1, 1], decodeMs: [-0.3, 0.5, 0.05], decodeMinMs: 0.01 },
  {
    kind: 'profile',
    ttftMs: 2,
    ttftDeviationMs: 0,
    itlMs: 0.2,
    itlDeviationMs: 0,
    prefillTokensPerSecond: 50_000,
  },
  constantLatency(0, 0),
];

const sequence = fc.record({
  gapUs: fc.oneof(fc.constant(0), fc.nat({ max: 3000 })),
  prefix: fc.nat({ max: 2 }),
  prefixTokens: fc.nat({ max: 12 }),
  promptTokens: fc.integer({ min: 1, max: 20 }),
  outputTokens: fc.integer({ min: 1, max: 40 }),
  priority: fc.nat({ max: 1 }),
  prefillScale: fc.constantFrom(1, 0.5),
  predictedTokens: fc.constantFrom(0, 0, 0, 5, 13),
  siblings: fc.nat({ max: 1 }),
  cancelAfterUs: fc.option(fc.nat({ max: 6000 }), { freq: 1 }),
});

const workload = fc.record({
  latency: fc.constantFrom(...LATENCIES),
  numBlocks: fc.integer({ min: 12, max: 40 }),
  maxNumSeqs: fc.integer({ min: 1, max: 6 }),
  maxNumBatchedTokens: fc.constantFrom(3, 16, 1000),
  maxWaiting: fc.constantFrom(1, 100),
  prefixCaching: fc.boolean(),
  sequences: fc.array(sequence, { minLength: 1, maxLength: 14 }),
});
type Workload = typeof workload extends fc.Arbitrary<infer T> ? T : never;

/** Submits and cancels in order of time. */
function run(workload: Workload, maxEqualSteps: number): WorkerRig {
  const { sequences, ...config } = workload;
  const rig = new WorkerRig({ scheduler: 'batched', ...config }, { maxEqualSteps });
  const actions: { atUs: number; act: () => void }[] = [];
  let arrivedUs = 0;
  let request = 0;
  for (const { gapUs, prefix, prefixTokens, siblings, cancelAfterUs, ...length } of sequences) {
    arrivedUs += gapUs;
    const first = request + 1;
    for (let choice = 0; choice <= siblings; choice++) {
      const id = ++request;
      const atUs = arrivedUs;
      const promptTokens = prefixTokens + length.promptTokens;
      const own = length.promptTokens + length.outputTokens;
      const submit = {
        ...length,
        promptTokens,
        arrivedUs: atUs,
        hashes: hashesOf(4, [prefix, prefixTokens], [100 + first, own]),
        siblingOf: choice === 0 ? 0 : first,
      };
      actions.push({ atUs, act: () => rig.submit(id, submit) });
      if (cancelAfterUs !== null) {
        const cancelUs = atUs + cancelAfterUs;
        actions.push({ atUs: cancelUs, act: () => rig.cancel(id, cancelUs) });
      }
    }
  }
  actions.sort((a, b) => a.atUs - b.atUs);
  for (const { act } of actions) act();
  rig.drain();
  return rig;
}

/**
 * What a run shows to the outside, but for how its effects are packed into batches, and for tokens
 * just before a cancel, whose client has left before it could hear of them.
 */
function outcome(rig: WorkerRig): unknown {
  const cancelled = new Set(
    rig.effects.filter(({ what }) => what === 'cancelled').map(({ request }) => request),
  );
  const effects = rig.effects
    .filter(({ what, request }) => what !== 'token' || !cancelled.has(request))
    .toSorted((a, b) => a.atUs - b.atUs || a.request - b.request);
  return { effects, kv: rig.kv, started: [...rig.started], load: rig.load };
}

/** The last load report of each instant. */
function loadsByTime(rig: WorkerRig): Map<number, unknown> {
  return new Map(rig.batches.map(({ endUs }, at) => [endUs, rig.loads[at]]));
}

test('k equal steps as one give what they give one by one: tokens, ends, KV events, loads', () => {
  let merged = 0;
  fc.assert(
    fc.property(workload, fc.integer({ min: 2, max: 5 }), (workload, some) => {
      const single = run(workload, 1);
      const loads = loadsByTime(single);
      for (const maxEqualSteps of [some, Number.POSITIVE_INFINITY]) {
        const rig = run(workload, maxEqualSteps);
        assert.deepEqual(outcome(rig), outcome(single));
        for (const [atUs, load] of loadsByTime(rig)) assert.deepEqual(load, loads.get(atUs));
        merged += rig.batches.filter(({ steps }) => steps > 1).length;
      }
    }),
    { numRuns: 150 },
  );
  assert.ok(merged > 1000, `steps were taken together, ${merged} times`);
});
