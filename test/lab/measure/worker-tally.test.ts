import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WaitTally } from '../../../engine/worker/wait-tally.ts';
import { imbalanceOf, WorkerTally } from '../../../lab/measure/worker-tally.ts';
import { emptyLoad } from '../../../shared/protocol.ts';

test('imbalance is that of textbooks', () => {
  assert.deepEqual(imbalanceOf([5, 5, 5, 5]), { cv: 0, maxOverMean: 1, jain: 1 });
  const allOnOne = imbalanceOf([8, 0, 0, 0]);
  assert.deepEqual(allOnOne, { cv: Math.sqrt(3), maxOverMean: 4, jain: 0.25 });
  assert.deepEqual(imbalanceOf([0, 0]), { cv: 0, maxOverMean: 1, jain: 1 });
});

test('a report holds until the next one, and the warm-up is not counted', () => {
  const tally = new WorkerTally([new WaitTally(), new WaitTally()], 10);
  const load = { ...emptyLoad(), running: 2, activeBlocks: 5, evictedBlocks: 7 };
  tally.reported(0, 1e6, load);
  tally.restart(2e6);
  tally.reported(0, 4e6, { ...load, running: 0, activeBlocks: 0, evictedBlocks: 9 });
  tally.reported(0, 9e6, { ...emptyLoad(), evictedBlocks: 9 });
  const [busy, idle] = tally.figures();
  assert.equal(busy?.busySeconds, 2);
  assert.equal(busy?.evictedBlocks, 2);
  assert.equal(idle?.busySeconds, 0);
  const { running, kvUse, bucketSeconds } = tally.series();
  assert.equal(bucketSeconds, 1);
  assert.deepEqual(running[0]?.slice(0, 5), [0, 2, 2, 2, 0]);
  assert.deepEqual(kvUse[0]?.slice(0, 5), [0, 0.5, 0.5, 0.5, 0]);
});
