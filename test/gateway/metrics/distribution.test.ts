import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ANSWER_BOUNDS_US,
  CHOICES_BOUNDS,
  DECISION_BOUNDS_US,
  ITL_BOUNDS_US,
  LATENESS_BOUNDS_US,
  MODEL_LATENCY_BOUNDS_US,
  mergedBounds,
  REQUEST_BOUNDS_US,
  TOKENS_BOUNDS,
  TTFT_BOUNDS_US,
} from '../../../gateway/metrics/bounds.ts';
import { Distribution, type Histogram } from '../../../gateway/metrics/distribution.ts';
import { SlidingWindow } from '../../../gateway/metrics/sliding-window.ts';
import { fc } from '../../support/property.ts';

const MERGED = mergedBounds(ANSWER_BOUNDS_US, MODEL_LATENCY_BOUNDS_US);
const BOUNDS = [
  ANSWER_BOUNDS_US,
  CHOICES_BOUNDS,
  DECISION_BOUNDS_US,
  ITL_BOUNDS_US,
  LATENESS_BOUNDS_US,
  MERGED,
  REQUEST_BOUNDS_US,
  TOKENS_BOUNDS,
  TTFT_BOUNDS_US,
];

/** Counts of all buckets of a row. */
function countsOf(histogram: Histogram, row = 0): number[] {
  const { length } = histogram.bounds;
  return Array.from({ length: length + 1 }, (_, bucket) => histogram.countIn(row, bucket));
}

test('a value is in the first bucket whose bound is not below it', () => {
  const anywhere = fc.double({ min: 0, max: 1e10, noNaN: true });
  fc.assert(
    fc.property(
      fc.constantFrom(...BOUNDS),
      fc.array(anywhere, { maxLength: 20 }),
      (bounds, any) => {
        // Bounds themselves, and what is just beside them, are the values that go wrong.
        const values = [...any, ...bounds.flatMap((bound) => [bound - 1e-3, bound, bound + 1e-3])];
        const distribution = new Distribution(bounds, 1);
        const expected = new Array(bounds.length + 1).fill(0);
        for (const value of values) {
          distribution.observe(0, value);
          const at = bounds.findIndex((bound) => value <= bound);
          expected[at < 0 ? bounds.length : at]++;
        }
        assert.deepEqual(countsOf(distribution), expected);
        assert.equal(distribution.countOf(0), values.length);
      },
    ),
    { numRuns: 100 },
  );
});

test('rows do not touch each other, and several equal values count as that many', () => {
  const distribution = new Distribution([10, 20], 3);
  distribution.observe(1, 15, 0, 4);
  distribution.observe(2, 100);
  assert.deepEqual(
    [0, 1, 2].map((row) => distribution.countOf(row)),
    [0, 4, 1],
  );
  assert.deepEqual(
    [0, 1, 2].map((row) => distribution.sumOf(row)),
    [0, 60, 100],
  );
  assert.equal(distribution.countIn(1, 1), 4);
  assert.equal(distribution.countIn(2, 2), 1);
});

test('wider buckets hold what a distribution of these bounds alone would', () => {
  const merged = new Distribution(MERGED, 2);
  const narrow = [ANSWER_BOUNDS_US, MODEL_LATENCY_BOUNDS_US].map(
    (bounds) => new Distribution(bounds, 2),
  );
  for (let value = 1; value < 1e10; value *= 1.07) {
    for (const distribution of [merged, ...narrow]) distribution.observe(1, Math.floor(value));
  }
  for (const alone of narrow) {
    const within = merged.within(alone.bounds);
    assert.deepEqual(countsOf(within, 1), countsOf(alone, 1));
    assert.equal(within.sumOf(1), alone.sumOf(1));
    assert.equal(within.sumOf(0), 0);
  }
  assert.throws(() => merged.within([123]), /wider buckets/);
});

test('all rows as one are the sum of the rows', () => {
  const distribution = new Distribution([10, 20], 3);
  for (const [row, value] of [5, 15, 25].entries()) distribution.observe(row, value);
  assert.deepEqual(countsOf(distribution.overall()), [1, 1, 1]);
  assert.equal(distribution.overall().sumOf(0), 45);
});

test('rows have a window each, or one in common, or none', () => {
  const windows = [new SlidingWindow(5e6, 0), new SlidingWindow(5e6, 0)];
  const apart = new Distribution([10], 2, windows);
  const together = new Distribution([10], 2, [new SlidingWindow(5e6, 0)]);
  for (const distribution of [apart, together]) {
    distribution.observe(0, 4, 1e6, 2);
    distribution.observe(1, 8, 1e6, 3);
  }
  const countIn = (window: SlidingWindow) => window.stats(1e6).count;
  assert.deepEqual([countIn(apart.window(0)), countIn(apart.window(1))], [2, 3]);
  assert.deepEqual([countIn(together.window()), countIn(together.window(1))], [5, 5]);
  assert.equal(together.window().stats(1e6).max, 8);
  assert.throws(() => new Distribution([10], 2).window(), /has windows/);
});
