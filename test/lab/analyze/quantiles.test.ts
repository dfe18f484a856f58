import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quantiles } from '../../../lab/analyze/quantiles.ts';

test('quantiles interpolate between the two nearest values', () => {
  const { p50, p90, min, max, mean } = quantiles([4, 1, 3, 2]);
  assert.deepEqual([p50, Number(p90.toFixed(6)), min, max, mean], [2.5, 3.7, 1, 4, 2.5]);
});
