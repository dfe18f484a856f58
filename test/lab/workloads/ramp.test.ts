import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ramp } from '../../../lab/workloads/ramp.ts';
import { timeUs } from '../../../shared/units.ts';

const END_US = 600e6;

/** Arrivals that come within `fromUs .. toUs`, of 60,000 that are even without the ramp. */
function arrivals(ratio: number, fromUs: number, toUs: number): number {
  const ramp = new Ramp(ratio, END_US);
  let count = 0;
  for (let n = 0; n < 60_000; n++) {
    const us = ramp.at(timeUs((n * END_US) / 60_000));
    if (us >= fromUs && us < toUs) count++;
  }
  return count;
}

test('a ratio of 1, and arrivals that are all at once, stay as they are', () => {
  assert.equal(new Ramp(1, END_US).at(timeUs(123)), 123);
  assert.equal(new Ramp(20, 0).at(timeUs(0)), 0);
});

test('start and end stay where they are', () => {
  const ramp = new Ramp(20, END_US);
  assert.equal(ramp.at(timeUs(0)), 0);
  assert.equal(ramp.at(timeUs(END_US)), END_US);
  assert.ok(ramp.at(timeUs(1.01 * END_US)) > END_US);
});

test('the rate rises in a straight line from the first one to `ratio` times that', () => {
  const perSecond = [0, 100, 200, 300, 400, 500].map(
    (second) => arrivals(4, second * 1e6, (second + 100) * 1e6) / 100,
  );
  // A mean of 100 a second is 40 at the start and 160 at the end.
  for (const [hundred, rate] of perSecond.entries()) {
    const expected = 40 + 120 * ((hundred + 0.5) / 6);
    assert.ok(Math.abs(rate - expected) < 0.5, `${rate} at ${hundred}, ${expected} expected`);
  }
});
