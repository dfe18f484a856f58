import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DecisionTimes } from '../../../engine/router/decision-times.ts';

test('mean and 99th percentile are of all decisions, to a nanosecond where they are short', () => {
  const times = new DecisionTimes();
  assert.deepEqual(times.summary(), {
    decisions: 0,
    meanUs: Number.NaN,
    p99Us: Number.NaN,
  });
  for (let n = 0; n < 99; n++) times.add(0.25);
  times.add(100.25);
  assert.deepEqual(times.summary(), { decisions: 100, meanUs: 1.25, p99Us: 0.25 });
});
