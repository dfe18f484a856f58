import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { roundDurationText } from '../../../../../engine/replay/report/figure-text.ts';
import { DurationAxis } from '../../../../../engine/replay/report/page/duration-axis.ts';

/** The least that a character of 12 px takes, in pixels. */
const CHARACTER = 6;

function names(least: number, greatest: number, width: number): string[] {
  return new DurationAxis(least, greatest).ticks(width).map(roundDurationText);
}

test('as many round values are named as have room', () => {
  assert.deepEqual(names(30, 2000, 320), ['50 ms', '100 ms', '200 ms', '500 ms', '1 s', '2 s']);
  assert.deepEqual(names(30, 2000, 220), ['30 ms', '100 ms', '300 ms', '1 s']);
  assert.deepEqual(names(0.001, 1e6, 300), ['10 µs', '1 ms', '100 ms', '10 s', '1,000 s']);
});

test('a narrow span has ticks too', () => {
  assert.deepEqual(names(5.78, 5.93, 400), ['5.7 ms', '5.8 ms', '5.9 ms', '6 ms']);
  assert.deepEqual(names(6, 15.6, 480), ['6 ms', '8 ms', '10 ms', '12 ms', '14 ms']);
});

test('names never run into each other, and say where on the axis they are', () => {
  // A plot in print, the narrowest, has 268 pixels.
  fc.assert(
    fc.property(
      fc.double({ min: 0.001, max: 1e5, noNaN: true }),
      fc.double({ min: 1, max: 1e6, noNaN: true }),
      fc.integer({ min: 260, max: 1800 }),
      (least, ratio, width) => {
        const axis = new DurationAxis(least, least * ratio);
        const ticks = axis.ticks(width);
        assert.ok(ticks.length >= 2, `${ticks.length} ticks`);
        for (const [at, tick] of ticks.entries()) {
          assert.ok(axis.at(tick) >= 0 && axis.at(tick) <= 1);
          const next = ticks[at + 1];
          if (next === undefined) continue;
          const letters = (roundDurationText(tick) + roundDurationText(next)).length / 2;
          assert.ok((axis.at(next) - axis.at(tick)) * width > letters * CHARACTER);
        }
      },
    ),
    { numRuns: 2000 },
  );
});
