import assert from 'node:assert/strict';
import { test } from 'node:test';
import { meanAndSpread, withSpread } from '../../../lab/experiment/cell-groups.ts';
import { digits3 } from '../../../lab/experiment/text-table.ts';

test('a spread has the decimals of its value, and none is shown that rounds to 0', () => {
  assert.equal(withSpread(95.23, 0.41, digits3), '95.2±0.4');
  assert.equal(withSpread(95.23, 0.04, digits3), '95.2');
  assert.equal(withSpread(181.2, 0.4, digits3), '181');
  assert.equal(withSpread(181.2, 0.6, digits3), '181±1');
});

test('values have their mean, and half of their range or the least spread', () => {
  assert.equal(meanAndSpread([1, 2, null, 3], digits3), '2.00±1.00');
  assert.equal(meanAndSpread([1, 2, 3], digits3, 2), '2.00±2.00');
  assert.equal(meanAndSpread([null], digits3), '-');
});
