import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  LOG_BUCKETS,
  logBucket,
  logBucketFloor,
  logBucketMiddle,
} from '../../../gateway/metrics/log-scale.ts';
import { fc } from '../../support/property.ts';

const inRange = fc.double({ min: 1, max: 2 ** 36, maxExcluded: true, noNaN: true });

test('the middle of its bucket is at most 1/64 away from a value', () => {
  fc.assert(
    fc.property(inRange, (value) => {
      const middle = logBucketMiddle(logBucket(value));
      assert.ok(Math.abs(middle - value) <= value / 64, `${value} became ${middle}`);
    }),
    { numRuns: 500 },
  );
});

test('a value is in the bucket whose floor is the last one not above it', () => {
  fc.assert(
    fc.property(inRange, (value) => {
      const bucket = logBucket(value);
      assert.ok(logBucketFloor(bucket) <= value && value < logBucketFloor(bucket + 1));
    }),
    { numRuns: 500 },
  );
  for (let bucket = 1; bucket < LOG_BUCKETS; bucket++) {
    assert.equal(logBucket(logBucketFloor(bucket)), bucket);
  }
});

test('values below 1 share the first bucket and values from 2^36 on the last one', () => {
  for (const value of [0, 0.999, -1, Number.NaN]) assert.equal(logBucket(value), 0);
  for (const value of [2 ** 36, 2 ** 50, Number.POSITIVE_INFINITY]) {
    assert.equal(logBucket(value), LOG_BUCKETS - 1);
  }
  assert.equal(logBucketMiddle(0), 0);
});
