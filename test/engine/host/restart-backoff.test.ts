import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RestartBackoff } from '../../../engine/host/restart-backoff.ts';

test('the delay doubles while a worker keeps dying, up to half a minute', () => {
  const backoff = new RestartBackoff();
  const delays = Array.from({ length: 14 }, (_, death) => backoff.next(death * 1000));
  assert.deepEqual(delays.slice(0, 5), [10, 20, 40, 80, 160]);
  assert.deepEqual(delays.slice(-2), [30_000, 30_000]);
});

test('a worker that lived for more than a minute starts again at once', () => {
  const backoff = new RestartBackoff();
  for (let death = 0; death < 6; death++) backoff.next(0);
  assert.equal(backoff.next(60_000), 640);
  assert.equal(backoff.next(120_001), 10);
});
