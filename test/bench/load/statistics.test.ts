import assert from 'node:assert/strict';
import { test } from 'node:test';
import { median, percentile, slopeOf, spreadOf } from '../../../bench/load/statistics.ts';

test('a percentile is the nearest rank, whatever the order of the values', () => {
  const values = [50, 15, 40, 20, 35];
  assert.equal(percentile(values, 0.05), 15);
  assert.equal(percentile(values, 0.3), 20);
  assert.equal(percentile(values, 0.5), 35);
  assert.equal(percentile(values, 1), 50);
  assert.deepEqual(values, [50, 15, 40, 20, 35], 'the values are left as they were');
});

test('a percentile of nothing is not a number', () => {
  assert.ok(Number.isNaN(percentile([], 0.5)));
});

test('a median sorts by size, not by text, and splits the middle of an even number', () => {
  assert.equal(median([10, 9, 100]), 10);
  assert.equal(median([4, 1, 3, 2]), 2.5);
});

test('a spread holds median, lowest and highest', () => {
  assert.deepEqual(spreadOf([3, 1, 2]), { median: 2, min: 1, max: 3 });
});

test('the slope of a line is found, and noise that is even on both sides does not change it', () => {
  assert.equal(
    slopeOf([
      [0, 1],
      [1, 3],
      [2, 5],
    ]),
    2,
  );
  assert.equal(
    slopeOf([
      [0, 1],
      [0, -1],
      [1, 3],
      [1, 1],
    ]),
    2,
  );
});
