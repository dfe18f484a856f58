import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SimulatedWorker } from '../../../engine/worker/worker.ts';
import { AssertionFailure } from '../../../shared/assert.ts';
import { workerId } from '../../../shared/ids.ts';
import { EventBatch, OUTCOME, REMOVED_BIT, type SchedulerKind } from '../../../shared/protocol.ts';
import {
  cancelWith,
  constantLatency,
  hashesOf,
  submitWith,
  workerConfigWith,
} from '../../support/sequences.ts';
import { WorkerRig } from '../../support/worker-rig.ts';

/** What holds for a worker whatever its scheduler. */
for (const scheduler of ['paced', 'batched'] as const) {
  describe(`a ${scheduler} worker`, () => {
    admission(scheduler);
    prefillOnly(scheduler);
    fullCache(scheduler);
    extendedAndStopped(scheduler);
    eventBatches(scheduler);
    loadReports(scheduler);
  });
}

function admission(scheduler: SchedulerKind): void {
  test('refuses what can never fit, and takes what just fits', () => {
    const rig = new WorkerRig({ scheduler, numBlocks: 4, latency: constantLatency(100, 10) });
    // The keys and values of the last token are never needed: 17 tokens take 4 blocks of 4.
    rig.submit(1, { promptTokens: 10, outputTokens: 7 });
    rig.submit(2, { promptTokens: 10, outputTokens: 8 });
    assert.equal(rig.worker.nextWakeUs(), 0);
    rig.drain();
    assert.deepEqual(rig.end(2), ['tooLong', 0]);
    assert.equal(rig.tokens(1).length, 7);
    assert.equal(rig.end(1)?.[0], 'finished');
  });

  test('turns away what its queue does not hold, and counts those that can run at once', () => {
    const rig = new WorkerRig({ scheduler, maxNumSeqs: 2, maxWaiting: 1 });
    for (let request = 1; request <= 4; request++) rig.submit(request, { arrivedUs: 5 });
    rig.runUntil(5);
    rig.submit(5, { arrivedUs: 6 });
    rig.drain();
    const outcomes = [1, 2, 3, 4, 5].map((request) => rig.end(request)?.[0]);
    assert.deepEqual(outcomes, ['finished', 'finished', 'finished', 'queueFull', 'queueFull']);
    assert.deepEqual(rig.end(4), ['queueFull', 5]);
  });

  test('with no queue at all takes exactly as many as can run', () => {
    const rig = new WorkerRig({ scheduler, maxNumSeqs: 3, maxWaiting: 0 });
    for (let request = 1; request <= 5; request++) rig.submit(request);
    rig.drain();
    const ends = [1, 2, 3, 4, 5].map((request) => rig.end(request)?.[0]);
    assert.deepEqual(ends, ['finished', 'finished', 'finished', 'queueFull', 'queueFull']);
  });

  test('takes a held sibling as one that waits', () => {
    const rig = new WorkerRig({ scheduler, maxNumSeqs: 1, maxWaiting: 1 });
    rig.submit(1);
    rig.submit(2, { siblingOf: 1 });
    rig.submit(3, { siblingOf: 1 });
    rig.drain();
    assert.equal(rig.end(2)?.[0], 'finished');
    assert.deepEqual(rig.end(3), ['queueFull', 0]);
  });

  test('takes the same request again once it has ended, but not while it lives', () => {
    const rig = new WorkerRig({ scheduler });
    rig.submit(1);
    assert.throws(() => rig.worker.submit(submitWith(1)), AssertionFailure);
    rig.drain();
    rig.worker.submit(submitWith(1, { arrivedUs: rig.nowUs }));
    assert.equal(rig.worker.size, 1);
  });

  test('serves a thousand sequences at once', () => {
    const rig = new WorkerRig({ scheduler, maxNumSeqs: 1000, numBlocks: 8000, maxWaiting: 0 });
    for (let request = 1; request <= 1000; request++) rig.submit(request);
    rig.drain();
    const finished = rig.effects.filter((effect) => effect.what === 'finished');
    assert.equal(finished.length, 1000);
  });
}

function prefillOnly(scheduler: SchedulerKind): void {
  test('computes a prompt that asks for no token, and ends with that', () => {
    const rig = new WorkerRig({ scheduler, latency: constantLatency(1000, 100) });
    rig.submit(1, { promptTokens: 8, outputTokens: 0 });
    rig.drain();
    assert.deepEqual(rig.tokens(1), []);
    assert.deepEqual(rig.end(1), ['finished', 1000]);
    assert.deepEqual(rig.started.get(1), { cachedTokens: 0, queuedUs: 0 });
    assert.equal(rig.kv.length, 2, 'both of its blocks can be matched');
  });

  test('needs room for the prompt alone', () => {
    const rig = new WorkerRig({ scheduler, numBlocks: 4, latency: constantLatency(100, 10) });
    rig.submit(1, { promptTokens: 16, outputTokens: 0 });
    rig.submit(2, { promptTokens: 17, outputTokens: 0 });
    rig.drain();
    assert.equal(rig.end(1)?.[0], 'finished');
    assert.equal(rig.end(2)?.[0], 'tooLong');
  });

  test('finds the blocks of such a prompt again', () => {
    const rig = new WorkerRig({ scheduler });
    const hashes = hashesOf(4, [1, 9]);
    rig.submit(1, { promptTokens: 9, outputTokens: 0, hashes });
    rig.drain();
    rig.submit(2, { promptTokens: 9, outputTokens: 0, hashes });
    rig.submit(3, { promptTokens: 9, outputTokens: 3, hashes });
    rig.drain();
    assert.equal(rig.started.get(2)?.cachedTokens, 8);
    assert.equal(rig.started.get(3)?.cachedTokens, 8);
    assert.equal(rig.tokens(3).length, 3);
  });
}

function fullCache(scheduler: SchedulerKind): void {
  test('lets a sequence wait until there are blocks for it', () => {
    const rig = new WorkerRig({ scheduler, numBlocks: 4, prefixCaching: false });
    rig.submit(1, { promptTokens: 11, outputTokens: 2 });
    rig.submit(2, { promptTokens: 11, outputTokens: 2 });
    rig.drain();
    assert.ok(rig.loads.every((load) => load.running <= 1));
    assert.ok(rig.tokens(2)[0]! > rig.end(1)![1]);
    assert.equal(rig.load.preemptions, 0);
  });

  test('preempts the last to come when blocks run out, and everything still finishes', () => {
    const rig = new WorkerRig({ scheduler, numBlocks: 8 });
    for (let request = 1; request <= 4; request++) {
      rig.submit(request, { promptTokens: 6, outputTokens: 20 });
    }
    rig.drain();
    assert.ok(rig.load.preemptions > 0);
    for (let request = 1; request <= 4; request++) {
      assert.equal(rig.tokens(request).length, 20);
      assert.equal(rig.end(request)?.[0], 'finished');
    }
    // The first to come was never preempted: it ends as if it were alone.
    const alone = new WorkerRig({ scheduler, numBlocks: 8 });
    alone.submit(1, { promptTokens: 6, outputTokens: 20 });
    alone.drain();
    const gaps = (times: number[]) => times.slice(1).map((time, at) => time - times[at]!);
    assert.ok(Math.max(...gaps(rig.tokens(1))) < 2 * Math.max(...gaps(alone.tokens(1))) + 4000);
  });

  test('preempts by priority before age', () => {
    const rig = new WorkerRig({ scheduler, numBlocks: 5, prefixCaching: false });
    rig.submit(1, { promptTokens: 4, outputTokens: 12, priority: 9 });
    rig.submit(2, { promptTokens: 4, outputTokens: 12, priority: 1 });
    rig.drain();
    assert.ok(rig.load.preemptions > 0);
    assert.ok(rig.end(2)![1] < rig.end(1)![1]);
  });

  test('preempts the worst of all that run, also one that was admitted before who asks', () => {
    const rig = new WorkerRig({ scheduler, numBlocks: 6, prefixCaching: false });
    rig.submit(1, { promptTokens: 12, outputTokens: 5, priority: 9 });
    rig.submit(2, { promptTokens: 7, outputTokens: 4, priority: 0, arrivedUs: 5 });
    rig.drain();
    assert.equal(rig.load.preemptions, 1);
    assert.ok(rig.end(2)![1] < rig.end(1)![1]);
    assert.equal(rig.tokens(1).length, 5);
  });

  test('can be filled to the last block by one sequence', () => {
    const rig = new WorkerRig({ scheduler, numBlocks: 6, latency: constantLatency(0, 0) });
    rig.submit(1, { promptTokens: 5, outputTokens: 20 });
    rig.submit(2, { promptTokens: 5, outputTokens: 20 });
    rig.drain();
    assert.equal(rig.tokens(1).length, 20);
    assert.equal(rig.tokens(2).length, 20);
  });
}

function extendedAndStopped(scheduler: SchedulerKind): void {
  test('tells of a block whose hash comes after its tokens in a batch of its own', () => {
    const rig = new WorkerRig({ scheduler });
    const hashes = hashesOf(4, [1, 40]);
    rig.submit(1, { promptTokens: 10, outputTokens: 20, hashes: hashes.subarray(0, 4) });
    while (rig.tokens(1).length < 8) rig.step();
    const [batches, atUs] = [rig.batches.length, rig.nowUs + 1];
    rig.extend(1, hashes.subarray(4, 14), atUs);
    rig.runUntil(atUs);
    assert.equal(rig.batches.length, batches + 1);
    const computed = Math.floor((10 + rig.tokens(1).length - 1) / 4);
    const stored = Array.from({ length: computed }, (_, block) => block)
      .slice(2)
      .map((block) => `${hashes[2 * block]}:${hashes[2 * block + 1]}@${atUs}`);
    assert.ok(stored.length >= 2);
    assert.deepEqual(rig.kv.slice(2), stored);
    rig.drain();
    assert.equal(rig.kv.length, 7);
  });

  test('ignores hashes of a sequence that is gone', () => {
    const rig = new WorkerRig({ scheduler });
    rig.extend(1, hashesOf(4, [1, 8]), 5);
    assert.equal(rig.worker.nextWakeUs(), Number.POSITIVE_INFINITY);
  });

  test('ends a sequence whose text has come to a stop as finished, and keeps its blocks', () => {
    const rig = new WorkerRig({ scheduler });
    const hashes = hashesOf(4, [1, 30]);
    rig.submit(1, { promptTokens: 8, outputTokens: 22, hashes });
    while (rig.tokens(1).length < 6) rig.step();
    const tokens = rig.tokens(1).length;
    const stopUs = rig.nowUs + 1;
    rig.cancel(1, stopUs, OUTCOME.finished);
    rig.cancel(1, stopUs, OUTCOME.cancelled);
    rig.drain();
    assert.equal(rig.end(1)?.[0], 'finished');
    assert.equal(rig.tokens(1).length, tokens);
    assert.equal(rig.worker.cachedBlocks(hashes, 10), Math.floor((8 + tokens - 1) / 4));
    assert.equal(rig.load.activeBlocks, 0);
  });
}

function eventBatches(scheduler: SchedulerKind): void {
  test('tells of each block that is stored, at the end of the step that computed it', () => {
    const rig = new WorkerRig({ scheduler });
    const hashes = hashesOf(4, [1, 16]);
    rig.submit(1, { promptTokens: 9, outputTokens: 5, hashes });
    rig.drain();
    // The keys and values of a token are computed by the step that gives the token after it.
    const [first, , , fourth] = rig.tokens(1);
    const stored = [first, first, fourth].map(
      (time, block) => `${hashes[2 * block]}:${hashes[2 * block + 1]}@${time}`,
    );
    assert.deepEqual(rig.kv, stored);
  });

  test('tells nothing of blocks that are hit or computed twice', () => {
    const rig = new WorkerRig({ scheduler });
    const hashes = hashesOf(4, [1, 16]);
    for (const request of [1, 2, 3]) {
      rig.submit(request, { promptTokens: 12, outputTokens: 4, hashes });
      if (request === 2) rig.drain();
    }
    rig.drain();
    assert.equal(rig.kv.length, 3);
  });

  test('tells of each block that is evicted', () => {
    const rig = new WorkerRig({ scheduler, numBlocks: 3 });
    for (const request of [1, 2]) {
      rig.submit(request, { promptTokens: 12, outputTokens: 1 });
      rig.drain();
    }
    const removals = rig.kv.filter((event) => Number(event.split(/[:@]/)[1]) >= REMOVED_BIT);
    assert.equal(removals.length, 3);
    assert.equal(rig.kv.length, 9);
    assert.equal(rig.load.evictedBlocks, 3);
  });

  test('knows what is matchable, as its events tell', () => {
    const rig = new WorkerRig({ scheduler, numBlocks: 7 });
    for (let request = 1; request < 9; request++) rig.submit(request, { arrivedUs: request * 300 });
    rig.drain();
    const told = new Set<string>();
    for (const event of rig.kv) {
      const [lo, hi] = event.split(/[:@]/).map(Number);
      const stored = `${lo}:${hi! % REMOVED_BIT}`;
      if (hi! >= REMOVED_BIT) told.delete(stored);
      else told.add(stored);
    }
    const cached = new Set<string>();
    rig.worker.forEachCachedHash((lo, hi) => cached.add(`${lo}:${hi}`));
    assert.ok(cached.size > 0);
    assert.deepEqual(cached, told);
  });

  test('never goes back in time', () => {
    const rig = new WorkerRig({ scheduler });
    rig.advance(10, 11);
    assert.throws(() => rig.advance(9, 10), AssertionFailure);
  });

  test('gives a batch that is used again the time of what it tells now', () => {
    const worker = new SimulatedWorker(workerId(0), workerConfigWith({ scheduler }));
    const batch = new EventBatch(workerId(3));
    batch.endUs = submitWith(1, { arrivedUs: 77 }).arrivedUs;
    assert.equal(worker.advance(100, 101, batch), false);
    worker.submit(submitWith(1, { arrivedUs: 200, promptTokens: 1e6 }));
    assert.equal(worker.advance(250, 251, batch), true);
    assert.equal(batch.worker, 0);
    assert.equal(batch.seq, 1);
    assert.equal(batch.endUs, 200);
    assert.equal(batch.load.latenessUs, 50);
  });
}

function loadReports(scheduler: SchedulerKind): void {
  test('expects of a prefill what the router expects, until admission tells better', () => {
    const rig = new WorkerRig({ scheduler, maxNumSeqs: 1 });
    rig.submit(1, { promptTokens: 16, outputTokens: 40, hashes: hashesOf(4, [1, 56]) });
    rig.step();
    rig.step();
    assert.equal(rig.load.prefillTokensPending, 0);
    rig.submit(2, { promptTokens: 20, expectedCachedTokens: 8, arrivedUs: rig.nowUs + 1 });
    rig.runUntil(rig.nowUs + 3000);
    assert.equal(rig.load.prefillTokensPending, 12);
    assert.deepEqual([rig.load.running, rig.load.waiting, rig.load.waitingBlocks], [1, 1, 3]);
  });

  test('ends with nothing running, waiting, active or pending, and every block accounted for', () => {
    for (const numBlocks of [7, 64]) {
      const rig = new WorkerRig({ scheduler, numBlocks, maxNumSeqs: 3 });
      for (let request = 1; request <= 12; request++) {
        const siblingOf = request % 3 === 0 ? request - 1 : 0;
        rig.submit(request, { arrivedUs: request * 150, outputTokens: 14, siblingOf });
      }
      for (const request of [2, 5, 12]) rig.cancel(request, 2000);
      rig.drain();
      const { load } = rig;
      assert.deepEqual(
        [load.running, load.waiting, load.activeBlocks, load.waitingBlocks],
        [0, 0, 0, 0],
      );
      assert.equal(load.prefillTokensPending, 0);
      assert.equal(load.submitsSeen, 12);
      assert.equal(load.totalBlocks, numBlocks);
      let cached = 0;
      rig.worker.forEachCachedHash(() => cached++);
      assert.equal(load.cachedBlocks, cached);
    }
  });

  test('counts a submit that was refused as seen', () => {
    const rig = new WorkerRig({ scheduler });
    rig.submit(1, { promptTokens: 1e6 });
    rig.drain();
    assert.equal(rig.load.submitsSeen, 1);
    rig.worker.cancel(cancelWith(1), rig.nowUs);
    assert.equal(rig.worker.nextWakeUs(), Number.POSITIVE_INFINITY);
  });
}
