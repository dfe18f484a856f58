import assert from 'node:assert/strict';
import { test } from 'node:test';
import { logBucket } from '../../../gateway/metrics/log-scale.ts';
import { SlidingWindow } from '../../../gateway/metrics/sliding-window.ts';
import { fc } from '../../support/property.ts';
import { isClose, modelWindow, sumOf, timedValues, WINDOW_US } from './window-model.ts';

function record(window: SlidingWindow, value: number, atUs: number, count = 1): void {
  window.record(value, logBucket(value), count, atUs);
}

test('a window tells count, mean, extremes and rates exactly, percentiles to 1.6 %', () => {
  fc.assert(
    fc.property(timedValues, ({ startUs, values, nowUs }) => {
      const window = new SlidingWindow(WINDOW_US, startUs);
      for (const { atUs, value } of values) record(window, value, atUs);
      const model = modelWindow(values, startUs, nowUs);
      const sorted = model.values.toSorted((a, b) => a - b);
      const stats = window.stats(nowUs);
      assert.equal(stats.count, sorted.length);
      assert.equal(stats.min, sorted[0] ?? 0);
      assert.equal(stats.max, sorted.at(-1) ?? 0);
      assert.ok(isClose(stats.avg, sorted.length === 0 ? 0 : sumOf(sorted) / sorted.length));
      assert.ok(isClose(window.valuesPerSecond(nowUs), sorted.length / model.seconds));
      assert.ok(isClose(window.sumPerSecond(nowUs), sumOf(sorted) / model.seconds));
      for (const [share, told] of [
        [0.5, stats.p50],
        [0.9, stats.p90],
        [0.99, stats.p99],
      ] as const) {
        const exact = sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
        assert.ok(Math.abs(told - exact) <= exact / 64, `p${share}: ${told}, ${exact}`);
      }
    }),
    { numRuns: 300 },
  );
});

test('several equal values at once count as that many', () => {
  const one = new SlidingWindow(WINDOW_US, 0);
  const many = new SlidingWindow(WINDOW_US, 0);
  for (const [value, count] of [
    [7, 3],
    [40, 97],
  ] as const) {
    record(one, value, 50, count);
    for (let i = 0; i < count; i++) record(many, value, 50);
  }
  assert.deepEqual(one.stats(60), many.stats(60));
  assert.equal(one.stats(60).count, 100);
  assert.equal(one.sumPerSecond(60), many.sumPerSecond(60));
});

test('a window that nothing came into for its length is empty', () => {
  const window = new SlidingWindow(WINDOW_US, 0);
  record(window, 5, 10);
  assert.equal(window.stats(1999).count, 1);
  const empty = { count: 0, avg: 0, min: 0, max: 0, p50: 0, p90: 0, p99: 0 };
  assert.deepEqual(window.stats(2100), empty);
  assert.deepEqual(new SlidingWindow(WINDOW_US, 0).stats(0), empty);
});
