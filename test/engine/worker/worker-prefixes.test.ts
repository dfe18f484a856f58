import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SchedulerKind } from '../../../shared/protocol.ts';
import { hashesOf } from '../../support/sequences.ts';
import { WorkerRig } from '../../support/worker-rig.ts';

/** What holds for the prefixes of a worker whatever its scheduler. */
for (const scheduler of ['paced', 'batched'] as const) {
  describe(`prefixes of a ${scheduler} worker`, () => {
    cached(scheduler);
    underWay(scheduler);
    blocksFromElsewhere(scheduler);
  });
}

function cached(scheduler: SchedulerKind): void {
  const hashes = hashesOf(4, [1, 40]);

  test('computes the last token of a prompt in any case, and with it its block', () => {
    const rig = new WorkerRig({ scheduler });
    const prompt = { promptTokens: 16, outputTokens: 1, hashes: hashes.subarray(0, 8) };
    for (const request of [1, 2]) rig.submit(request, prompt);
    rig.drain();
    rig.submit(3, prompt);
    rig.drain();
    const cached = [1, 2, 3].map((request) => rig.started.get(request)?.cachedTokens);
    assert.deepEqual(cached, [0, 12, 12]);
    assert.equal(rig.kv.length, 4);
  });

  test('matches the answer in the next turn of a conversation', () => {
    const rig = new WorkerRig({ scheduler });
    rig.submit(1, { promptTokens: 8, outputTokens: 9, hashes: hashes.subarray(0, 8) });
    rig.drain();
    rig.submit(2, { promptTokens: 20, outputTokens: 2, hashes: hashes.subarray(0, 10) });
    rig.drain();
    assert.equal(rig.started.get(2)?.cachedTokens, 16);
    assert.equal(rig.load.hitBlocks, 4);
    assert.equal(rig.load.missedBlocks, 2 + 1);
  });

  test('counts what first admissions find apart from what preempted sequences find', () => {
    const rig = new WorkerRig({ scheduler, numBlocks: 8 });
    for (let request = 1; request <= 4; request++) {
      rig.submit(request, { promptTokens: 6, outputTokens: 20 });
    }
    rig.drain();
    const { preemptions, hitBlocks, missedBlocks } = rig.load;
    assert.deepEqual([hitBlocks, missedBlocks], [0, 4 * 2]);
    const { readmittedHitBlocks, readmittedMissedBlocks } = rig.load;
    assert.ok(preemptions > 0);
    assert.ok(readmittedHitBlocks + readmittedMissedBlocks >= 2 * preemptions);
  });

  test('matches nothing of other hashes, and nothing at all without prefix caching', () => {
    for (const prefixCaching of [true, false]) {
      const rig = new WorkerRig({ scheduler, prefixCaching });
      rig.submit(1, { promptTokens: 16, hashes });
      rig.drain();
      rig.submit(2, { promptTokens: 16, hashes: prefixCaching ? hashesOf(4, [2, 20]) : hashes });
      rig.drain();
      assert.equal(rig.started.get(2)?.cachedTokens, 0);
      assert.equal(rig.load.hitBlocks, 0);
    }
  });

  test('counts revived blocks as room that is taken', () => {
    const rig = new WorkerRig({ scheduler, numBlocks: 5 });
    rig.submit(1, { promptTokens: 12, outputTokens: 1, hashes: hashes.subarray(0, 6) });
    rig.drain();
    // Two of the three cached blocks are revived and three are needed besides: just enough.
    rig.submit(2, { promptTokens: 18, outputTokens: 3, hashes: hashes.subarray(0, 8) });
    rig.drain();
    assert.equal(rig.tokens(2).length, 3);
    assert.equal(rig.load.preemptions, 0);
  });

  test('keeps the unfinished prefix of a sequence that was cancelled', () => {
    const rig = new WorkerRig({ scheduler });
    rig.submit(1, { promptTokens: 16, outputTokens: 15, hashes });
    rig.step();
    rig.step();
    rig.cancel(1, rig.nowUs);
    rig.drain();
    assert.equal(rig.end(1)?.[0], 'cancelled');
    rig.submit(2, { promptTokens: 30, hashes });
    rig.drain();
    assert.ok(rig.started.get(2)!.cachedTokens >= 16);
  });
}

function underWay(scheduler: SchedulerKind): void {
  const hashes = hashesOf(4, [1, 40]);

  test('computes one prefix once for sixteen equal prompts that waited together', () => {
    const rig = new WorkerRig({
      scheduler,
      maxNumSeqs: 17,
      maxWaiting: 20,
      maxNumBatchedTokens: 512,
      numBlocks: 256,
    });
    const prompt = { promptTokens: 18, outputTokens: 2, hashes: hashes.subarray(0, 8) };
    for (let request = 1; request <= 16; request++) rig.submit(request, prompt);
    rig.drain();
    const cached = Array.from({ length: 16 }, (_, n) => rig.started.get(n + 1)?.cachedTokens);
    assert.deepEqual(cached, [0, ...Array(15).fill(16)]);
    assert.deepEqual([rig.load.hitBlocks, rig.load.missedBlocks], [15 * 4, 16 + 4]);
    assert.equal(rig.kv.length, 4);
    // Nothing of it was told, and nobody had a token, before it was computed.
    const firstUs = rig.tokens(1)[0]!;
    assert.ok(rig.kv.every((event) => event.endsWith(`@${firstUs}`)));
    assert.deepEqual(
      rig.loads.slice(0, -1).filter(({ cachedBlocks }) => cachedBlocks > 0),
      [],
    );
    for (let request = 2; request <= 16; request++) assert.ok(rig.tokens(request)[0]! >= firstUs);
  });

  test('shows others only what is computed of a prefix that is under way', () => {
    const rig = new WorkerRig({ scheduler });
    rig.submit(1, { promptTokens: 16, outputTokens: 1, hashes: hashes.subarray(0, 8) });
    rig.runUntil(0);
    assert.equal(rig.worker.cachedBlocks(hashes, 10), 0);
    rig.worker.forEachCachedHash(() => assert.fail('nothing is computed yet'));
    rig.drain();
    assert.equal(rig.worker.cachedBlocks(hashes, 10), 4);
  });
}

function blocksFromElsewhere(scheduler: SchedulerKind): void {
  const hashes = hashesOf(4, [1, 40]);

  test('matches blocks that came from another worker, and tells of them with the next batch', () => {
    const rig = new WorkerRig({ scheduler });
    rig.worker.receiveBlocks(hashes, 3);
    assert.equal(rig.worker.cachedBlocks(hashes, 10), 3);
    rig.submit(1, { promptTokens: 20, outputTokens: 1, hashes: hashes.subarray(0, 10) });
    rig.drain();
    assert.equal(rig.started.get(1)?.cachedTokens, 12);
    assert.equal(rig.kv.length, 5);
    assert.equal(rig.load.cachedBlocks, 5);
  });

  test('takes in no more blocks than it has room for beside those in use', () => {
    const rig = new WorkerRig({ scheduler, numBlocks: 5 });
    const others = hashesOf(4, [9, 40]);
    rig.submit(1, { promptTokens: 8, outputTokens: 4 });
    rig.step();
    rig.worker.receiveBlocks(others, 10);
    const matched = rig.worker.cachedBlocks(others, 10);
    assert.ok(matched >= 2 && matched <= 3, `${matched}`);
    rig.worker.receiveBlocks(others, 10);
    assert.equal(rig.worker.cachedBlocks(others, 10), matched);
    rig.drain();
    assert.equal(rig.tokens(1).length, 4);
  });

  test('has what comes while it computes the same, with one event for each block', () => {
    const rig = new WorkerRig({ scheduler });
    rig.submit(1, { promptTokens: 16, outputTokens: 1, hashes: hashes.subarray(0, 8) });
    rig.runUntil(0);
    rig.worker.receiveBlocks(hashes, 3);
    assert.equal(rig.worker.cachedBlocks(hashes, 10), 3);
    rig.drain();
    assert.equal(rig.worker.cachedBlocks(hashes, 10), 4);
    assert.equal(rig.kv.length, 4);
  });
}
