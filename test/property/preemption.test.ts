import assert from 'node:assert/strict';
import { test } from 'node:test';

import { BatchedScheduler } from '../../engine/worker/batched-scheduler.ts';
import { PacedScheduler } from '../../engine/worker/paced-scheduler.ts';
import { WorkerState } from '../../engine/worker/worker-state.ts';
import { workerId } from '../../shared/ids.ts';
import { EventBatch } from '../../shared/protocol.ts';
import { fc } from '../support/property.ts';
import { constantLatency, submitWith, workerConfigWith } from '../support/sequences.ts';

const sequence = fc.record({
  gapUs: fc.nat({ max: 400 }),
  promptTokens: fc.integer({ min: 1, max: 20 }),
  outputTokens: fc.integer({ min: 1, max: 20 }),
  priority: fc.integer({ min: -1, max: 2 }),
});

const workload = fc.record({
  scheduler: fc.constantFrom('paced' as const, 'batched' as const),
  prefixCaching: fc.boolean(),
  maxNumBatchedTokens: fc.constantFrom(3, 16, 1000),
  sequences: fc.array(sequence, { minLength: 2, maxLength: 16 }),
});
type Workload = typeof workload extends fc.Arbitrary<infer T> ? T : never;

/** Runs a workload on a cache that is too small for it. Returns how often a sequence gave way. */
function run({ sequences, ...config }: Workload): number {
  const state = new WorkerState(
    workerConfigWith({
      ...config,
      latency: constantLatency(500, 50),
      numBlocks: 10,
      maxWaiting: 100,
    }),
  );
  const scheduler =
    config.scheduler === 'paced' ? new PacedScheduler(state) : new BatchedScheduler(state);
  let preemptions = 0;
  const { admission } = state;
  const preempt = admission.preempt.bind(admission);
  admission.preempt = (victim, atUs) => {
    const { priority, order } = state.sequences;
    for (const slot of admission.running) {
      const worse = priority[slot]! - priority[victim]! || order[slot]! - order[victim]!;
      assert.ok(worse <= 0, 'nobody that runs is worse than who gives way');
    }
    preemptions++;
    return preempt(victim, atUs);
  };
  const batch = new EventBatch(workerId(0));
  const runUntil = (untilUs: number): void => {
    for (let wakes = 0; scheduler.nextWakeUs() < untilUs; wakes++) {
      assert.ok(wakes < 1e5, 'work comes to an end');
      scheduler.advance(scheduler.nextWakeUs(), Number.POSITIVE_INFINITY, batch);
      batch.clear();
    }
  };
  let arrivedUs = 0;
  for (const [index, { gapUs, ...sequence }] of sequences.entries()) {
    arrivedUs += gapUs;
    runUntil(arrivedUs);
    if (state.enqueue(submitWith(index + 1, { ...sequence, arrivedUs }))) {
      scheduler.enqueued(arrivedUs);
    }
  }
  runUntil(Number.POSITIVE_INFINITY);
  assert.equal(state.sequences.size, 0, 'everybody gets to the end');
  return preemptions;
}

test('whoever is preempted, nobody that runs is of a worse priority, or as bad and came later', () => {
  let preemptions = 0;
  fc.assert(
    fc.property(workload, (workload) => {
      preemptions += run(workload);
    }),
    { numRuns: 300 },
  );
  assert.ok(preemptions > 200, `sequences were preempted, ${preemptions} times`);
});
