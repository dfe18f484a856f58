import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clockOrigin, monotonicClock } from '../../../engine/host/clock.ts';

test('the clock counts whole microseconds from its origin and never runs backwards', () => {
  const clock = monotonicClock(clockOrigin());
  let last = clock();
  assert.ok(last >= 0);
  for (let reads = 0; reads < 20_000; reads++) {
    const nowUs = clock();
    assert.ok(Number.isInteger(nowUs) && nowUs >= last);
    last = nowUs;
  }
});

test('a later origin is an earlier time', () => {
  const early = monotonicClock(clockOrigin());
  const late = monotonicClock(clockOrigin() + 5_000_000_000n);
  const difference = early() - late();
  assert.ok(difference > 4_000_000 && difference < 6_000_000);
});

test('all clocks of one origin agree, whenever they were made', () => {
  const origin = clockOrigin();
  const first = monotonicClock(origin);
  for (let made = 0; made < 2000; made++) {
    const before = first();
    const other = monotonicClock(origin)();
    // What lies between two readings of one clock contains every other clock, but for its error.
    assert.ok(other >= before - 3 && other <= first() + 3);
  }
});
