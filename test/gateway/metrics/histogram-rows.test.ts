import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ANSWER_BOUNDS_S,
  boundsUs,
  CHOICES_BOUNDS,
  DECISION_BOUNDS_S,
  ITL_BOUNDS_S,
  LATENESS_BOUNDS_S,
  TOKENS_BOUNDS,
  TTFT_BOUNDS_S,
} from '../../../gateway/metrics/answer-bounds.ts';
import { HistogramRows } from '../../../gateway/metrics/histogram-rows.ts';
import { fc } from '../../support/property.ts';

const BOUNDS = [
  boundsUs(ANSWER_BOUNDS_S),
  boundsUs(DECISION_BOUNDS_S),
  boundsUs(ITL_BOUNDS_S),
  boundsUs(LATENESS_BOUNDS_S),
  boundsUs(TTFT_BOUNDS_S),
  CHOICES_BOUNDS,
  TOKENS_BOUNDS,
];

test('a value is in the first bucket whose bound is not below it', () => {
  const anywhere = fc.double({ min: 0, max: 1e10, noNaN: true });
  fc.assert(
    fc.property(
      fc.constantFrom(...BOUNDS),
      fc.array(anywhere, { maxLength: 20 }),
      (bounds, any) => {
        // Bounds themselves, and what is just beside them, are the values that go wrong.
        const values = [...any, ...bounds.flatMap((bound) => [bound - 1e-3, bound, bound + 1e-3])];
        const histogram = new HistogramRows(bounds, 1);
        const expected = new Array(bounds.length + 1).fill(0);
        for (const value of values) {
          histogram.observe(0, value);
          const at = bounds.findIndex((bound) => value <= bound);
          expected[at < 0 ? bounds.length : at]++;
        }
        assert.deepEqual(
          expected.map((_, bucket) => histogram.countIn(0, bucket)),
          expected,
        );
        assert.equal(histogram.countOf(0), values.length);
      },
    ),
    { numRuns: 100 },
  );
});

test('rows do not touch each other, and several equal values count as that many', () => {
  const histogram = new HistogramRows([10, 20], 3);
  histogram.observe(1, 15, 4);
  histogram.observe(2, 100);
  assert.deepEqual(
    [0, 1, 2].map((row) => histogram.countOf(row)),
    [0, 4, 1],
  );
  assert.deepEqual(
    [0, 1, 2].map((row) => histogram.sumOf(row)),
    [0, 60, 100],
  );
  assert.equal(histogram.countIn(1, 1), 4);
  assert.equal(histogram.countIn(2, 2), 1);
});
