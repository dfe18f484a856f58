import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  countText,
  durationText,
  numberText,
  percentText,
  ratioText,
  roundDurationText,
  rounded,
  timeUnit,
} from '../../../lab/report/figure-text.ts';

test('a quantity has three significant digits, and is whole from 1,000 on', () => {
  const texts = [0, 0.001234, 0.5, 9.996, 12.34, 999.4, 999.6, 1234.5, 1_234_567].map(numberText);
  assert.deepEqual(texts, [
    '0',
    '0.00123',
    '0.500',
    '10.0',
    '12.3',
    '999',
    '1,000',
    '1,235',
    '1,234,567',
  ]);
});

test('a duration has the largest unit that it fills', () => {
  const texts = [0, 0.25, 0.9994, 1, 12.5, 999.4, 1000, 61_500, 7_200_000].map(durationText);
  assert.deepEqual(texts, [
    '0 ms',
    '250 µs',
    '999 µs',
    '1.00 ms',
    '12.5 ms',
    '999 ms',
    '1.00 s',
    '61.5 s',
    '7,200 s',
  ]);
});

test('a chosen duration has no digits that say nothing', () => {
  assert.deepEqual([2000, 1500, 25, 0.5].map(roundDurationText), [
    '2 s',
    '1.5 s',
    '25 ms',
    '500 µs',
  ]);
});

test('counts, ratios and shares have digits of their own', () => {
  assert.equal(countText(12_031.4), '12,031');
  assert.equal(ratioText(0.04794), '0.048');
  assert.equal(percentText(0.36642), '36.6 %');
});

test('an axis of time has a unit that suits its length', () => {
  const units = [30, 601, 20_000].map((seconds) => timeUnit(seconds).unit);
  assert.deepEqual(units, ['s', 'min', 'h']);
});

test('rounding keeps significant digits', () => {
  assert.deepEqual(
    [123_456, 0.0123456, 0].map((value) => rounded(value, 3)),
    [123_000, 0.0123, 0],
  );
});
