import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Punctuality } from '../../../gateway/metrics/punctuality.ts';
import { WorkerMetrics } from '../../../gateway/metrics/worker-metrics.ts';
import { workerId } from '../../../shared/ids.ts';
import { EventBatch } from '../../../shared/protocol.ts';
import { timeUs } from '../../../shared/units.ts';

const WORKER = workerId(1);

function setUp() {
  const punctuality = new Punctuality(5e6, 0);
  return { punctuality, workers: new WorkerMetrics(2, punctuality) };
}

function batchWith(load: Partial<EventBatch['load']>): EventBatch {
  const batch = new EventBatch(WORKER);
  Object.assign(batch.load, load);
  return batch;
}

test('a token is as late at the gateway as it was on the worker, plus the way', () => {
  const { punctuality, workers } = setUp();
  const batch = batchWith({ latenessUs: 40 });
  // The last effect was due at 1,000, the worker got there 40 later, and the gateway 60 after that.
  batch.endUs = timeUs(1000);
  batch.tokens.push3(7, 1, 40);
  batch.tokens.push3(8, 2, 90);
  workers.batch(batch, 1100);
  const stats = punctuality.latenessUs.window().stats(1100);
  assert.deepEqual([stats.count, stats.min, stats.max], [3, 100, 150]);
  assert.equal(stats.avg, (100 + 2 * 150) / 3);
  assert.equal(punctuality.latenessUs.countOf(0), 3);
  assert.equal(workers.tokensOut(1), 3);
  assert.equal(workers.tokensOut(0), 0);
});

test('a gateway whose clock is a little behind sees no negative way', () => {
  const { punctuality, workers } = setUp();
  const batch = batchWith({ latenessUs: 5 });
  batch.endUs = timeUs(1000);
  batch.tokens.push3(7, 1, 5);
  workers.batch(batch, 1003);
  assert.equal(punctuality.latenessUs.window().stats(1003).min, 5);
});

test('the load is the one of the last batch, also when that batch is filled anew', () => {
  const { workers } = setUp();
  const batch = batchWith({ running: 3, waiting: 2, activeBlocks: 10, cachedBlocks: 5 });
  workers.batch(batch, 0);
  batch.load.running = 9;
  assert.equal(workers.load(1, 'running'), 3);
  workers.batch(batch, 0);
  assert.equal(workers.load(1, 'running'), 9);
  assert.equal(workers.load(0, 'running'), 0);
});

test('counters go on where they were when a worker dies and starts again; its load is gone', () => {
  const { workers } = setUp();
  workers.batch(batchWith({ running: 4, hitBlocks: 100, preemptions: 2 }), 0);
  workers.workerDown(WORKER);
  assert.deepEqual([workers.load(1, 'running'), workers.total(1, 'hitBlocks')], [0, 100]);
  workers.batch(batchWith({ running: 1, hitBlocks: 30 }), 0);
  workers.batch(batchWith({ running: 1, hitBlocks: 50 }), 0);
  workers.workerDown(WORKER);
  workers.workerDown(WORKER);
  assert.deepEqual([workers.total(1, 'hitBlocks'), workers.total(1, 'preemptions')], [150, 2]);
});
