import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { WorkerPool } from '../../../engine/host/worker-pool.ts';
import { AssertionFailure } from '../../../shared/assert.ts';
import { workerId } from '../../../shared/ids.ts';
import { OUTCOME } from '../../../shared/protocol.ts';
import { eventually } from '../../support/eventually.ts';
import { cancelWith } from '../../support/sequences.ts';
import { PoolRig } from './pool-rig.ts';

/** Tokens of an answer that takes half a minute. */
const ENDLESS = 300_000;

/** Ways in which a worker takes its thread along, workers 0 and 2. */
const THREAD_DEATHS: readonly (readonly [string, (pool: WorkerPool) => boolean])[] = [
  ['for want of memory', (pool) => pool.injectFault(workerId(0), 'out-of-memory')],
  ['by force', (pool) => pool.terminateThreadOf(workerId(2))],
  ['for hanging', (pool) => pool.injectFault(workerId(0), 'hang')],
];

describe('a pool of three workers on two threads', () => {
  const rig = new PoolRig(3, 2);
  before(() => rig.pool.start());
  after(() => rig.pool.stop());
  beforeEach(() => {
    rig.batches.length = 0;
    rig.downs.length = 0;
  });

  test('has every worker up when it has started, and each answers', async () => {
    assert.deepEqual([...rig.ups].sort(), [0, 1, 2]);
    assert.equal(rig.pool.threads, 2);
    for (const worker of [0, 1, 2]) {
      assert.ok(rig.pool.isUp(workerId(worker)));
      assert.equal(rig.pool.restarts(workerId(worker)), 0);
      rig.submit(worker + 1, worker);
    }
    for (const request of [1, 2, 3]) {
      assert.equal(await rig.ended(request), OUTCOME.finished);
      assert.equal(rig.tokens(request), 4);
    }
  });

  test('shares one clock among its threads', async () => {
    const beforeUs = rig.nowUs();
    for (const worker of [0, 1]) rig.submit(worker + 1, worker, 1);
    for (const request of [1, 2]) await rig.ended(request);
    for (const { batch, atUs } of rig.batches) {
      const thereUs = batch.endUs + batch.load.latenessUs;
      assert.ok(beforeUs <= thereUs && thereUs <= atUs + 50, `${[beforeUs, thereUs, atUs]}`);
    }
  });

  test('gives the batches of each worker in order and without gaps', async () => {
    for (let request = 1; request <= 30; request++) rig.submit(request, request % 3);
    for (let request = 1; request <= 30; request++) await rig.ended(request);
    for (const worker of [0, 1, 2]) {
      const seqs = rig.batches.flatMap(({ batch }) => (batch.worker === worker ? [batch.seq] : []));
      assert.deepEqual(
        seqs,
        seqs.map((_, at) => (seqs[0] ?? 0) + at),
      );
    }
  });

  test('cancels a sequence that streams', async () => {
    rig.submit(1, 0, ENDLESS);
    await rig.streaming(1, 3);
    rig.pool.send(cancelWith(1));
    assert.equal(await rig.ended(1), OUTCOME.cancelled);
  });

  test('takes no drain for a single worker', () => {
    assert.throws(() => rig.pool.send({ kind: 'drain' }), AssertionFailure);
  });
});

describe('a worker that dies', () => {
  const rig = new PoolRig(3, 2);
  before(() => rig.pool.start());
  after(() => rig.pool.stop());
  beforeEach(() => {
    rig.batches.length = 0;
    rig.downs.length = 0;
    rig.ups.length = 0;
  });

  test('by a throw takes no other with it and is back with an empty cache', async () => {
    rig.submit(1, 0);
    await rig.ended(1);
    rig.submit(2, 0, ENDLESS);
    rig.submit(3, 2, 400);
    await rig.streaming(2, 1);
    rig.pool.injectFault(workerId(0), 'throw');
    await rig.until('the worker to be back', () => rig.ups.length > 0);
    assert.equal(rig.downs.length, 1);
    assert.deepEqual(rig.downs[0]?.workers, [0]);
    assert.match(rig.downs[0]?.reason ?? '', /told to fail/);
    assert.deepEqual(rig.ups, [0]);
    assert.equal(rig.pool.restarts(workerId(0)), 1);
    assert.equal(await rig.ended(3), OUTCOME.finished);
    rig.batches.length = 0;
    rig.submit(1, 0);
    assert.equal(await rig.ended(1), OUTCOME.finished);
    assert.equal(rig.cachedTokens(1), 0);
    assert.equal(rig.batches.find(({ batch }) => batch.worker === 0)?.batch.seq, 1);
  });

  test('hears nothing of what was sent to it before it was up again', async () => {
    rig.pool.injectFault(workerId(0), 'throw');
    rig.submit(1, 0);
    assert.equal(rig.pool.restartAtMs(workerId(0)), undefined);
    await rig.until('the worker to be down', () => rig.downs.length > 0);
    assert.ok(!rig.pool.isUp(workerId(0)));
    assert.ok((rig.pool.restartAtMs(workerId(0)) ?? 0) > 0);
    assert.ok(
      !rig.pool.injectFault(workerId(0), 'throw') && !rig.pool.terminateThreadOf(workerId(0)),
    );
    await rig.until('the worker to be back', () => rig.ups.length > 0);
    rig.submit(2, 0);
    await rig.ended(2);
    assert.equal(rig.tokens(1), 0);
  });

  for (const [name, kill] of THREAD_DEATHS) {
    test(`with its thread, ${name}, goes down together with its neighbours and no others`, async () => {
      rig.submit(1, 1, 500);
      rig.submit(2, 2, ENDLESS);
      await rig.streaming(2, 1);
      assert.ok(kill(rig.pool));
      await rig.until('both workers to be back', () => rig.ups.length === 2);
      assert.deepEqual(
        rig.downs.map(({ workers }) => workers),
        [[0, 2]],
      );
      assert.deepEqual([...rig.ups].sort(), [0, 2]);
      assert.equal(await rig.ended(1), OUTCOME.finished);
      rig.submit(3, 0);
      rig.submit(4, 2);
      assert.equal(await rig.ended(3), OUTCOME.finished);
      assert.equal(await rig.ended(4), OUTCOME.finished);
    });
  }

  test('again and again is started again and again', async () => {
    for (let death = 1; death <= 3; death++) {
      rig.pool.injectFault(workerId(1), 'throw');
      await rig.until(`restart ${death}`, () => rig.ups.length === death);
      assert.equal(rig.pool.restarts(workerId(1)), death);
    }
    rig.submit(1, 1);
    assert.equal(await rig.ended(1), OUTCOME.finished);
  });
});

describe('a pool that stops', () => {
  test('lets work that is nearly done finish and leaves no thread', async () => {
    const before = threads();
    const rig = new PoolRig(2, 2);
    try {
      await rig.pool.start();
      assert.ok(threads() > before);
      rig.submit(1, 0);
      rig.submit(2, 1);
    } finally {
      await rig.pool.stop();
    }
    assert.equal(rig.tokens(1) + rig.tokens(2), 8);
    assert.deepEqual(rig.downs, []);
    await eventually('no thread is left', () => threads() === before);
  });

  test('ends threads that have too much left to do, or that sleep', async () => {
    const before = threads();
    const rig = new PoolRig(2, 2);
    try {
      await rig.pool.start();
      rig.submit(1, 0, ENDLESS);
      await rig.streaming(1, 1);
    } finally {
      await rig.pool.stop();
    }
    assert.deepEqual(rig.downs, []);
    await eventually('no thread is left', () => threads() === before);
    rig.submit(2, 0);
  });
});

/** What keeps this process alive for the sake of threads. */
function threads(): number {
  const resources = process.getActiveResourcesInfo();
  return resources.filter((resource) => /Worker|MessagePort/.test(resource)).length;
}
