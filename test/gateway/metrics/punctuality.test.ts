import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Punctuality } from '../../../gateway/metrics/punctuality.ts';

test('late tokens saturate the process while its event loop is in time', () => {
  const punctuality = new Punctuality(5e6, 0);
  for (let look = 1; look <= 100; look++) {
    const nowUs = look * 50_000;
    punctuality.tokensWritten(200_000, 10, nowUs);
    punctuality.loopTurned(100, nowUs);
  }
  assert.equal(punctuality.isSaturated, true);
  assert.equal(punctuality.latenessUs.countOf(0), 1000);
  assert.equal(punctuality.loopLagUs.countOf(0), 100);
});

test('a late event loop saturates a process that has no tokens to write', () => {
  const punctuality = new Punctuality(5e6, 0);
  for (let look = 1; look <= 100; look++) punctuality.loopTurned(200_000, look * 50_000);
  assert.equal(punctuality.isSaturated, true);
  assert.equal(punctuality.latenessUs.window().stats(5e6).count, 0);
});
