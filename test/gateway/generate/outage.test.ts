import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outageS } from '../../../gateway/generate/outage.ts';
import { workerId } from '../../../shared/ids.ts';

const NOW_MS = 5_000;

/** Two workers, down until these times; undefined is up. */
function outageOf(...restartsMs: readonly (number | undefined)[]) {
  const pool = {
    isUp: (worker: number) => restartsMs[worker] === undefined,
    restartAtMs: (worker: number) => restartsMs[worker],
  };
  return outageS(
    pool,
    restartsMs.map((_, index) => workerId(index)),
    NOW_MS,
  );
}

test('there is no outage while a worker is up', () => {
  assert.equal(outageOf(undefined), undefined);
  assert.equal(outageOf(NOW_MS + 9_000, undefined), undefined);
});

test('an outage lasts until the first worker is started again, in whole seconds, at least one', () => {
  for (const [restarts, seconds] of [
    [[NOW_MS + 20_480], 21],
    [[NOW_MS + 20_000, NOW_MS + 7_001], 8],
    [[NOW_MS + 2_000], 2],
    [[NOW_MS + 10], 1],
    [[NOW_MS - 300, NOW_MS + 20_000], 1],
  ] as const) {
    assert.equal(outageOf(...restarts), seconds);
  }
});
