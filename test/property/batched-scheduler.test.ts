import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LatencyConfig } from '../../shared/latency-config.ts';
import { fc } from '../support/property.ts';
import { hashesOf } from '../support/sequences.ts';
import { WorkerRig } from '../support/worker-rig.ts';
import { type ModelRequest, VllmModel } from './vllm-model.ts';

const BLOCK = 4;
const LATENCY: LatencyConfig = {
  kind: 'linear',
  prefillOverheadUs: 0,
  prefillUsPerToken: 10,
  prefillDeviationPercent: 0,
  itlUs: 100,
  itlDeviationPercent: 0,
  loadFactor: 1,
};
const stepUs = (prefillTokens: number, decodes: boolean): number =>
  Math.max(1, 10 * prefillTokens + (decodes ? 100 : 0));

const request = fc.record({
  gapUs: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.nat({ max: 400 })),
  prefix: fc.nat({ max: 1 }),
  prefixTokens: fc.integer({ min: 4, max: 24 }),
  ownTokens: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 12 })),
  /** Whose answer and own tokens it has: those of another request, or nobody else's. */
  name: fc.nat({ max: 20 }),
  /** With none only the prompt is computed. */
  outputTokens: fc.nat({ max: 16 }),
  priority: fc.nat({ max: 2 }),
  cancelAfterUs: fc.option(fc.nat({ max: 2000 }), { freq: 2 }),
});

const workload = fc.record({
  numBlocks: fc.integer({ min: 14, max: 40 }),
  maxNumSeqs: fc.constantFrom(2, 4, 16),
  maxNumBatchedTokens: fc.constantFrom(5, 16, 40, 1000),
  prefixCaching: fc.boolean(),
  requests: fc.array(request, { minLength: 1, maxLength: 20, size: 'max' }),
});
type Workload = typeof workload extends fc.Arbitrary<infer T> ? T : never;

interface Arrival {
  readonly atUs: number;
  readonly cancelUs: number | undefined;
  readonly request: ModelRequest;
  readonly hashes: Uint32Array;
}

function arrivalsOf({ requests }: Workload): Arrival[] {
  let atUs = 0;
  return requests.map((drawn, index) => {
    atUs += drawn.gapUs;
    const { prefix, prefixTokens, ownTokens, outputTokens, priority, cancelAfterUs } = drawn;
    const own = ownTokens + outputTokens;
    const hashes = hashesOf(BLOCK, [prefix, prefixTokens], [100 + drawn.name, own]);
    const names = Array.from(
      { length: hashes.length / 2 },
      (_, n) => `${hashes[2 * n]}:${hashes[2 * n + 1]}`,
    );
    const promptTokens = prefixTokens + ownTokens;
    return {
      atUs,
      cancelUs: cancelAfterUs === null ? undefined : atUs + cancelAfterUs,
      request: { id: index + 1, priority, promptTokens, outputTokens, hashes: names },
      hashes,
    };
  });
}

/** What comes from outside, in order of time. */
function actsOf(
  arrivals: readonly Arrival[],
): { atUs: number; arrival: Arrival; isCancel: boolean }[] {
  return arrivals
    .flatMap((arrival) => [
      { atUs: arrival.atUs, arrival, isCancel: false },
      ...(arrival.cancelUs === undefined
        ? []
        : [{ atUs: arrival.cancelUs, arrival, isCancel: true }]),
    ])
    .sort((a, b) => a.atUs - b.atUs);
}

function runModel(workload: Workload, arrivals: readonly Arrival[]): VllmModel {
  const model = new VllmModel({ ...workload, blockSize: BLOCK, stepUs });
  let lastUs = 0;
  for (const { atUs, arrival, isCancel } of actsOf(arrivals)) {
    if (atUs > lastUs) model.run(lastUs, atUs);
    lastUs = atUs;
    if (isCancel) model.cancel(arrival.request.id, atUs);
    else model.submit(arrival.request);
  }
  model.run(lastUs, Number.POSITIVE_INFINITY);
  return model;
}

function runWorker(workload: Workload, arrivals: readonly Arrival[]): WorkerRig {
  const { requests: _, ...config } = workload;
  const rig = new WorkerRig(
    { scheduler: 'batched', latency: LATENCY, blockSize: BLOCK, maxWaiting: 100, ...config },
    { maxEqualSteps: 1 },
  );
  for (const { atUs, arrival, isCancel } of actsOf(arrivals)) {
    const { id, priority, promptTokens, outputTokens } = arrival.request;
    const { hashes } = arrival;
    if (isCancel) rig.cancel(id, atUs);
    else rig.submit(id, { arrivedUs: atUs, priority, promptTokens, outputTokens, hashes });
  }
  rig.drain();
  return rig;
}

test('batched workers do, step by step, what a plain model of vLLM does', () => {
  let preemptions = 0;
  let sharedInStep = 0;
  fc.assert(
    fc.property(workload, (workload) => {
      const arrivals = arrivalsOf(workload);
      const model = runModel(workload, arrivals);
      const rig = runWorker(workload, arrivals);
      const effects = rig.effects.map(({ what, request, atUs }) => `${what} ${request}@${atUs}`);
      assert.deepEqual(effects.toSorted(), model.effects.toSorted());
      assert.deepEqual(rig.kv, model.kv);
      for (const [request, { cachedTokens }] of rig.started) {
        assert.equal(cachedTokens, model.cachedTokens.get(request));
      }
      assert.equal(rig.loads.at(-1)?.preemptions ?? 0, model.preemptions);
      preemptions += model.preemptions;
      sharedInStep += model.sharedInStep;
    }),
    { numRuns: 500 },
  );
  assert.ok(preemptions > 100, `sequences gave way, ${preemptions} times`);
  assert.ok(sharedInStep > 100, `prompts were shared within a step, ${sharedInStep} times`);
});
