import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WorkerRig } from '../support/worker-rig.ts';

/** Steps of 10 us per prompt token computed in it, and 100 us if anybody decodes. */
const BATCHED = {
  scheduler: 'batched',
  latency: {
    kind: 'linear',
    prefillOverheadUs: 0,
    prefillUsPerToken: 10,
    prefillDeviationPercent: 0,
    itlUs: 100,
    itlDeviationPercent: 0,
    loadFactor: 1,
  },
  numBlocks: 256,
} as const;

test('up to four predicted tokens come in a step after the first, as the budget allows', () => {
  const rig = new WorkerRig(BATCHED);
  rig.submit(1, { outputTokens: 9, predictedTokens: 7 });
  rig.submit(2, { outputTokens: 3 });
  rig.drain();
  assert.deepEqual(rig.tokens(1), [160, 260, 260, 260, 260, 360, 360, 460, 560]);
  assert.deepEqual(rig.tokens(2), [160, 260, 360]);
  const narrow = new WorkerRig({ ...BATCHED, maxNumBatchedTokens: 8 });
  for (const request of [1, 2, 3]) narrow.submit(request, { predictedTokens: 4 });
  narrow.runUntil(450);
  const counts = [1, 2, 3].map((request) => narrow.tokens(request).length);
  assert.ok(Math.max(...counts) <= 4);
  narrow.drain();
  for (const request of [1, 2, 3]) assert.equal(narrow.tokens(request).length, 4);
});

test('a quiet sequence has its tokens told with the last one, and ends as it would', () => {
  for (const quiet of [0, 1]) {
    const rig = new WorkerRig(BATCHED);
    rig.submit(1, { outputTokens: 20, quiet });
    rig.drain();
    assert.equal(rig.tokens(1).length, 20);
    assert.deepEqual(rig.end(1), ['finished', 80 + 19 * 100]);
  }
});
