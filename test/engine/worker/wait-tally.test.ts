import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SimulatedWorker } from '../../../engine/worker/worker.ts';
import { requestId, workerId } from '../../../shared/ids.ts';
import { EventBatch, OUTCOME } from '../../../shared/protocol.ts';
import { LINEAR } from '../../lab/simulate/replay-rig.ts';
import { fc } from '../../support/property.ts';
import { submitWith } from '../../support/sequences.ts';

const WORKER = workerId(0);

/** Something that comes from outside, so long after what came before. */
const anyStep = fc.record({
  afterUs: fc.integer({ min: 0, max: 40_000 }),
  /** Cancels the request this many before it, or submits one. */
  cancels: fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined, freq: 2 }),
  priority: fc.constantFrom(0, 0, 5),
  promptTokens: fc.integer({ min: 1, max: 200 }),
  outputTokens: fc.integer({ min: 1, max: 60 }),
  sharesPrefill: fc.boolean(),
});

test('what sequences wait is the integral of how many do, whatever ends their waits', () => {
  let preemptions = 0;
  let waitedUs = 0;
  const anyRun = fc.record({
    scheduler: fc.constantFrom('batched' as const, 'paced' as const),
    maxNumSeqs: fc.constantFrom(1, 3, 16),
    maxWaiting: fc.constantFrom(2, 100),
    steps: fc.array(anyStep, { minLength: 1, maxLength: 60 }),
  });
  fc.assert(
    fc.property(anyRun, ({ scheduler, maxNumSeqs, maxWaiting, steps }) => {
      const worker = new SimulatedWorker(WORKER, {
        scheduler,
        latency: LINEAR,
        prefixCaching: true,
        blockSize: 16,
        numBlocks: 24,
        maxNumSeqs,
        maxNumBatchedTokens: 256,
        maxWaiting,
      });
      const batch = new EventBatch(WORKER);
      let nowUs = 0;
      let lengthUs = 0;
      const moveTo = (atUs: number): void => {
        lengthUs += worker.waits.waiting * (atUs - nowUs);
        nowUs = atUs;
      };
      const advanceTo = (untilUs: number): void => {
        while (worker.nextWakeUs() <= untilUs) {
          moveTo(worker.nextWakeUs());
          worker.advance(nowUs, Number.POSITIVE_INFINITY, batch);
          assert.equal(batch.load.waiting, worker.waits.waiting);
          worker.checkInvariants();
        }
      };
      for (const [n, step] of steps.entries()) {
        const atUs = nowUs + step.afterUs;
        advanceTo(atUs);
        moveTo(atUs);
        if (step.cancels === undefined) {
          worker.submit(
            submitWith(n + 1, {
              worker: WORKER,
              arrivedUs: atUs,
              promptTokens: step.promptTokens,
              outputTokens: step.outputTokens,
              priority: step.priority,
              seed: n,
              siblingOf: step.sharesPrefill ? n : 0,
              hashes: new Uint32Array(0),
            }),
          );
        } else if (n + 1 > step.cancels) {
          const request = requestId(n + 1 - step.cancels);
          const cancel = { kind: 'cancel', worker: WORKER, request, outcome: OUTCOME.cancelled };
          worker.cancel(cancel as Parameters<typeof worker.cancel>[0], atUs);
        }
      }
      advanceTo(1e12);
      assert.equal(worker.waits.waiting, 0);
      assert.equal(worker.waits.waitedUsAt(nowUs), lengthUs);
      preemptions += batch.load.preemptions;
      waitedUs += lengthUs;
    }),
    { numRuns: 100 },
  );
  assert.ok(preemptions > 0 && waitedUs > 0, `${preemptions} preemptions`);
});
