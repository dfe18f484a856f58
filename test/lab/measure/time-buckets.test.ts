import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TimeBuckets } from '../../../lab/measure/time-buckets.ts';
import { fc } from '../../support/property.ts';

function sum(buckets: TimeBuckets, column: number): number {
  let total = 0;
  for (let bucket = 0; bucket < buckets.length; bucket++) total += buckets.at(bucket, column);
  return total;
}

test('nothing is lost however long it gets, and the number of buckets stays bounded', () => {
  const anyTime = fc.integer({ min: 0, max: 20_000 }).map((seconds) => seconds * 1e6 + 7);
  fc.assert(
    fc.property(fc.array(fc.tuple(anyTime, fc.integer({ min: 0, max: 99 }))), (adds) => {
      const buckets = new TimeBuckets(3);
      for (const [atUs, amount] of adds) buckets.add(1, atUs, amount);
      assert.equal(
        sum(buckets, 1),
        adds.reduce((total, [, amount]) => total + amount, 0),
      );
      assert.equal(sum(buckets, 0), 0);
      assert.ok(buckets.length <= 240);
    }),
    { numRuns: 100 },
  );
});

test('a span is spread over its buckets by the time that it spends in each', () => {
  const buckets = new TimeBuckets(3);
  buckets.addSpan(1, 500_000, 2_250_000, new Float64Array([9, 2, 3, 9]), 1, 2);
  const rows = [0, 1, 2].map((bucket) => [buckets.at(bucket, 1), buckets.at(bucket, 2)]);
  assert.deepEqual(rows, [
    [1_000_000, 1_500_000],
    [2_000_000, 3_000_000],
    [500_000, 750_000],
  ]);
  assert.equal(buckets.length, 3);
});

test('spans that meet are the same as one', () => {
  const anyCuts = fc.array(fc.integer({ min: 0, max: 500e6 }), { maxLength: 20 });
  fc.assert(
    fc.property(anyCuts, (cuts) => {
      const rates = new Float64Array([1, 5]);
      const whole = new TimeBuckets(2);
      const parts = new TimeBuckets(2);
      whole.addSpan(0, 0, 500e6, rates, 0, rates.length);
      let fromUs = 0;
      for (const toUs of [...cuts.sort((a, b) => a - b), 500e6]) {
        parts.addSpan(0, fromUs, toUs, rates, 0, rates.length);
        fromUs = toUs;
      }
      assert.equal(parts.widthUs, whole.widthUs);
      for (let bucket = 0; bucket < whole.length; bucket++) {
        assert.equal(parts.at(bucket, 0), whole.at(bucket, 0));
        assert.equal(parts.at(bucket, 1), whole.at(bucket, 1));
      }
    }),
    { numRuns: 50 },
  );
});
