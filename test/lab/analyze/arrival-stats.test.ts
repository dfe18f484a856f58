import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrivalStats } from '../../../lab/analyze/arrival-stats.ts';

test('even arrivals have no variation, and as many in each bucket', () => {
  const arrivals = Array.from({ length: 600 }, (_, at) => at * 1e6);
  const stats = arrivalStats(arrivals);
  assert.equal(stats.spanSeconds, 599);
  assert.equal(stats.gapCv, 0);
  assert.equal(stats.rateMinuteMin, 1);
  assert.equal(stats.rateMinuteMax, 1);
  assert.equal(stats.bucketSeconds, 5);
  assert.deepEqual(new Set(stats.buckets), new Set([5]));
});

test('there are at most 240 buckets, however long it takes', () => {
  const days = 86_400e6;
  for (const spanUs of [0, 1e6, 239e6, 240e6, 3600e6, 30 * days, 1000 * days]) {
    const { buckets } = arrivalStats([0, spanUs]);
    assert.ok(buckets.length <= 241, `${buckets.length}`);
    assert.equal(
      buckets.reduce((sum, count) => sum + count, 0),
      2,
    );
  }
});
