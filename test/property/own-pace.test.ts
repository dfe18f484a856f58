import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { constantLatency } from '../support/sequences.ts';
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

const paced = (changes: ConstructorParameters<typeof WorkerRig>[0] = {}): WorkerRig =>
  new WorkerRig({ scheduler: 'paced', ...changes });

describe('what a request asks of its own', () => {
  test('predicted tokens follow each other at a quarter of the gap', () => {
    const rig = paced();
    rig.submit(1, { outputTokens: 6, predictedTokens: 3 });
    rig.submit(2, { outputTokens: 3, predictedTokens: 9 });
    rig.drain();
    assert.deepEqual(rig.tokens(1), [1000, 1025, 1050, 1150, 1250, 1350]);
    assert.deepEqual(rig.tokens(2), [1000, 1025, 1050]);
  });

  test('a time to first token and a gap of its own hold whatever the worker has', () => {
    for (const latency of [constantLatency(0, 0), constantLatency(1000, 100)]) {
      const rig = paced({ latency });
      rig.submit(1, { outputTokens: 3, ttftUs: 70, itlUs: 8 });
      rig.submit(2, { outputTokens: 3, ttftUs: 70, itlUs: 0 });
      rig.submit(3, { outputTokens: 3, itlUs: 8, predictedTokens: 2 });
      rig.drain();
      const { ttftUs } = latency;
      assert.deepEqual(rig.tokens(1), [70, 78, 86]);
      assert.deepEqual(rig.tokens(2), [70, 70, 70]);
      assert.deepEqual(rig.tokens(3), [ttftUs, ttftUs + 2, ttftUs + 10]);
    }
  });

  test('a quiet sequence is told of when it begins, and as a whole with its last token', () => {
    const rig = paced();
    rig.submit(1, { outputTokens: 4, quiet: 1 });
    rig.runUntil(1000);
    assert.deepEqual([rig.started.size, rig.effects.length], [1, 0]);
    rig.drain();
    assert.deepEqual(rig.tokens(1), [1300, 1300, 1300, 1300]);
    assert.deepEqual(rig.end(1), ['finished', 1300]);
    rig.submit(2, { outputTokens: 1, quiet: 1 });
    rig.drain();
    assert.equal(rig.tokens(2).length, 1);
  });
});
