import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Counter, RateCounter } from '../../../gateway/metrics/counter.ts';
import { fc } from '../../support/property.ts';
import { isClose, modelWindow, timedValues, WINDOW_US } from './window-model.ts';

test('rows are counted apart, and any of them add up', () => {
  const counter = new Counter(6);
  for (const [row, amount] of [1, 10, 100, 1000, 10_000, 0].entries()) counter.add(row, amount);
  counter.add(0, 2);
  assert.equal(counter.of(0), 3);
  assert.equal(counter.sum(), 11_113);
  assert.equal(counter.sum(1, 3), 110);
  assert.equal(counter.sum(0, 6, 2), 10_103);
});

test('a rate is what came in over the seconds that the window covers', () => {
  fc.assert(
    fc.property(timedValues, ({ startUs, values, nowUs }) => {
      const counter = new RateCounter(2, WINDOW_US, startUs);
      for (const { atUs } of values) counter.add(1, atUs);
      const model = modelWindow(values, startUs, nowUs);
      assert.ok(isClose(counter.perSecond(1, nowUs), model.values.length / model.seconds));
      assert.equal(counter.perSecond(0, nowUs), 0);
      assert.equal(counter.of(1), values.length);
      assert.equal(counter.sum(), values.length);
    }),
    { numRuns: 300 },
  );
});

test('right after the start a rate is over the time since then, not over a whole window', () => {
  const counter = new RateCounter(1, 5e6, 7_000_000);
  for (let i = 0; i < 100; i++) counter.add(0, 7_000_000 + i * 10_000);
  assert.equal(counter.perSecond(0, 8_000_000), 100);
});

test('a rate at the very start is 0, not infinite', () => {
  const counter = new RateCounter(1, 5e6, 1000);
  counter.add(0, 1000);
  assert.equal(counter.perSecond(0, 1000), 0);
});
