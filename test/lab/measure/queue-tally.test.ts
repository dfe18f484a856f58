import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WaitTally } from '../../../engine/worker/wait-tally.ts';
import { QueueTally } from '../../../lab/measure/queue-tally.ts';
import type { ReplayResult } from '../../../lab/measure/replay-result.ts';
import { RECORD_FIELDS } from '../../../lab/measure/request-records.ts';
import { TimeBuckets } from '../../../lab/measure/time-buckets.ts';
import { replay } from '../../../lab/simulate/replay.ts';
import { POLICY_NAMES } from '../../../shared/policy-names.ts';
import { fc } from '../../support/property.ts';
import { LINEAR, type ReplaySpec, replayConfig, run } from '../simulate/replay-rig.ts';

/** Mean and half of the 99 % interval of ten independent values, by Student's t. */
function interval(values: readonly number[]): { readonly mean: number; readonly half: number } {
  assert.equal(values.length, 10);
  const mean = values.reduce((sum, value) => sum + value, 0) / 10;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 9;
  return { mean, half: 3.25 * Math.sqrt(variance / 10) };
}

/** Prompts of 90 tokens take 10 ms; with one sequence at a time and no decode, that is M/D/1. */
function queueOfOneServer(load: number, seed: number): ReplayResult {
  return run({
    workload: 'lengths',
    parameters: { requests: 40_000, qps: 100 * load, cv: 1, inputTokens: 90, outputTokens: 1 },
    workers: 1,
    maxNumSeqs: 1,
    latency: LINEAR,
    seed,
  });
}

for (const load of [0.5, 0.8]) {
  const expected = (load * load) / (2 * (1 - load));
  test(`the queue of M/D/1 at load ${load} is ${expected.toFixed(2)}`, () => {
    const results = Array.from({ length: 10 }, (_, seed) => queueOfOneServer(load, seed));
    const length = interval(results.map(({ queue }) => queue.meanPerWorker));
    assert.ok(length.half < expected / 20, `the interval is ${length.half} wide`);
    assert.ok(Math.abs(length.mean - expected) < length.half, `${length.mean} ± ${length.half}`);
    const wait = interval(results.map(({ queue }) => queue.meanWaitMs ?? Number.NaN));
    const expectedMs = (expected / (100 * load)) * 1000;
    assert.ok(Math.abs(wait.mean - expectedMs) < wait.half, `${wait.mean} ± ${wait.half} ms`);
  });
}

for (const [servers, qps] of [
  [4, 1.6],
  [16, 5.6],
] as const) {
  test(`with ${servers} sequences at once each waits as in a queue with ${servers} servers`, () => {
    const spec = { workload: 'lengths', engine: 'paced', workers: 1, maxNumSeqs: servers } as const;
    const parameters = {
      requests: 2000,
      qps,
      cv: 1,
      inputTokens: 90,
      outputTokens: 200,
      outputCv: 1,
    };
    const config = replayConfig({ ...spec, parameters, latency: LINEAR, kvBlocks: 1e5 });
    const { records = new Float64Array(0) } = replay(config, { records: true });
    const [arrival, queue, e2e] = (['arrival_us', 'queue_us', 'e2e_us'] as const).map((field) =>
      RECORD_FIELDS.indexOf(field),
    );
    const freeUs = Array.from({ length: servers }, () => 0);
    let waited = 0;
    for (let row = 0; row < records.length; row += RECORD_FIELDS.length) {
      const arrivedUs = records[row + arrival!]!;
      const queuedUs = records[row + queue!]!;
      const server = freeUs.indexOf(Math.min(...freeUs));
      const beginsUs = Math.max(arrivedUs, freeUs[server]!);
      assert.equal(queuedUs, beginsUs - arrivedUs);
      freeUs[server] = arrivedUs + records[row + e2e!]!;
      if (queuedUs > 0) waited++;
    }
    assert.ok(waited > 100, `${waited} waited`);
  });
}

test('the plot of the queue has the mean that the result has', () => {
  const { queue, series, seconds } = queueOfOneServer(0.8, 1);
  const [waiting = []] = series.waiting;
  const whole = waiting.length - 1;
  const area = waiting.reduce(
    (sum, mean, bucket) =>
      sum + mean * (bucket < whole ? series.bucketSeconds : seconds - whole * series.bucketSeconds),
    0,
  );
  assert.ok(Math.abs(area / seconds - queue.meanPerWorker) < 0.001);
  assert.equal(Math.max(...series.queueMost), queue.mostOnAWorker);
  assert.deepEqual(series.mostWaiting, [series.queueMost]);
  for (const [bucket, mean] of waiting.entries()) assert.ok(mean <= series.queueMost[bucket]!);
});

test('requests that are admitted as they come are no queue, in the result and in the plot', () => {
  const idle = run({
    workload: 'lengths',
    parameters: { requests: 300, qps: 5, cv: 0, inputTokens: 90, outputTokens: 5 },
    workers: 2,
  });
  assert.equal(idle.queue.meanPerWorker, 0);
  assert.equal(idle.queue.mostOnAWorker, 0);
  assert.equal(idle.queue.waits, 300);
  assert.deepEqual([...new Set(idle.series.waiting.flat())], [0]);
  assert.deepEqual([...new Set(idle.series.queueMost)], [0]);
});

/** Caches and queues so small that sequences are preempted and requests rejected. */
const anyCrowd = fc.record({
  workload: fc.constantFrom('shared-prefix', 'multi-turn', 'lengths', 'agentic'),
  policy: fc.constantFrom(...POLICY_NAMES),
  engine: fc.constantFrom('batched' as const, 'paced' as const),
  workers: fc.integer({ min: 1, max: 4 }),
  kvBlocks: fc.constantFrom(160, 400, 4096),
  maxNumSeqs: fc.constantFrom(1, 4, 64),
  maxWaiting: fc.constantFrom(0, 3, 1e6),
  rate: fc.constantFrom(0.3, 3, 100),
  warmupRequests: fc.constantFrom(0, 1, 40),
  stalenessMs: fc.constantFrom(0, 50),
  fetchGBps: fc.constantFrom(undefined, 5),
  seed: fc.integer({ min: 0, max: 1e6 }),
});

test('Little: the mean queue is the rate of waits times the mean wait, in every replay', () => {
  let preemptions = 0;
  let rejected = 0;
  fc.assert(
    fc.property(anyCrowd, ({ fetchGBps, ...crowd }) => {
      const spec: ReplaySpec = {
        ...crowd,
        parameters: { requests: 120 },
        ...(fetchGBps === undefined ? {} : { fetchGBps }),
      };
      const { result, records = new Float64Array(0) } = replay(replayConfig(spec), {
        records: true,
      });
      const { queue, seconds, workers } = result;
      preemptions += result.preemptions;
      rejected += result.requests.rejected;
      if (seconds === 0) return;
      const perSecond = queue.waits / seconds;
      const meanQueue = queue.meanPerWorker * workers.length;
      const little = perSecond * ((queue.meanWaitMs ?? 0) / 1000);
      assert.ok(Math.abs(meanQueue - little) <= 1e-9 * Math.max(1, little));
      if (crowd.warmupRequests > 0 || result.preemptions > 0 || fetchGBps !== undefined) return;
      // Without any of these each request waits once, for as long as it says itself.
      const width = RECORD_FIELDS.length;
      const column = RECORD_FIELDS.indexOf('queue_us');
      let waitedUs = 0;
      for (let at = column; at < records.length; at += width) {
        waitedUs += Math.max(0, records[at]!);
      }
      assert.equal(queue.waits, result.requests.finished);
      assert.ok(Math.abs(meanQueue * seconds * 1e6 - waitedUs) < 1, `${waitedUs} us`);
    }),
    { numRuns: 60, seed: 7, endOnFailure: true },
  );
  assert.ok(preemptions > 0 && rejected > 0, `${preemptions} preemptions, ${rejected} rejected`);
});

test('Little: of any waits that begin and end, cut at any time, the two sums are the same', () => {
  const anySteps = fc.array(fc.tuple(fc.nat(3), fc.nat(50)), { minLength: 1, maxLength: 80 });
  fc.assert(
    fc.property(anySteps, fc.nat(30), (steps, startAfter) => {
      const waits = new WaitTally();
      const tally = new QueueTally([waits], new TimeBuckets(1, 2), { waiting: 0, most: 1 });
      const open: number[] = [];
      let atUs = 0;
      for (const [step, [kind, gapUs]] of steps.entries()) {
        atUs += gapUs;
        if (step === startAfter) tally.restart(atUs);
        if (kind > 0 || open.length === 0) {
          open.push(step);
          waits.begin(step, atUs);
        } else {
          // A wait ends by admission, cancellation or preemption elsewhere: all are one here.
          waits.end(open.shift()!, atUs);
        }
        tally.changed(0, atUs);
        tally.pause(atUs);
        tally.figures();
      }
      assert.equal(waits.waiting, open.length);
    }),
    { numRuns: 200 },
  );
});

test('Little: a queue that is not looked at when it changes breaks the law', () => {
  const waits = new WaitTally();
  const tally = new QueueTally([waits], new TimeBuckets(1, 2), { waiting: 0, most: 1 });
  tally.restart(0);
  waits.begin(0, 100);
  waits.end(0, 900);
  tally.changed(0, 900);
  tally.pause(1000);
  assert.throws(() => tally.figures(), /Little's law/);
});
