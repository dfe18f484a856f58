import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RateWindow } from '../../../gateway/metrics/rate-window.ts';
import { fc } from '../../support/property.ts';
import { isClose, modelWindow, sumOf, timedValues, WINDOW_US } from './window-model.ts';

test('a rate is what came in over the seconds that the window covers', () => {
  fc.assert(
    fc.property(timedValues, ({ startUs, values, nowUs }) => {
      const window = new RateWindow(WINDOW_US, startUs);
      for (const { atUs, value } of values) window.add(value, atUs);
      const model = modelWindow(values, startUs, nowUs);
      assert.ok(isClose(window.perSecond(nowUs), sumOf(model.values) / model.seconds));
    }),
    { numRuns: 300 },
  );
});

test('right after the start a rate is over the time since then, not over a whole window', () => {
  const window = new RateWindow(5e6, 7_000_000);
  for (let i = 0; i < 100; i++) window.add(1, 7_000_000 + i * 10_000);
  assert.equal(window.perSecond(8_000_000), 100);
});

test('a rate at the very start is 0, not infinite', () => {
  const window = new RateWindow(5e6, 1000);
  window.add(1, 1000);
  assert.equal(window.perSecond(1000), 0);
});
