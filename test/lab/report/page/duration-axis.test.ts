import assert from 'node:assert/strict';
import { test } from 'node:test';
import { roundDurationText } from '../../../../lab/report/figure-text.ts';
import { DurationAxis } from '../../../../lab/report/page/duration-axis.ts';
import { fc } from '../../../support/property.ts';

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

/** A power of ten with an exponent from `least` to `greatest`. */
function magnitude(least: number, greatest: number): fc.Arbitrary<number> {
  return fc.double({ min: least, max: greatest, noNaN: true }).map((exponent) => 10 ** exponent);
}

test('names never run into each other, and two at least say where on the axis they are', () => {
  // A plot in print, the narrowest, has 268 pixels.
  const width = fc.integer({ min: 260, max: 1800 });
  const few: [number, number, number][] = [
    [1.995219389193268, 1.0055385402256178, 261],
    [104.74822561091021, 1.8540563068174434, 279],
    [123.80045792011114, 5.76294945838808, 265],
    [1e12, 1, 260],
    [1e-6, 1, 260],
    [11_090_093_206, 3.25, 273],
  ];
  fc.assert(
    fc.property(magnitude(-6, 12), magnitude(0, 15), width, (least, ratio, width) => {
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
    }),
    { numRuns: 2000, examples: few },
  );
});

test('no name is rounded', () => {
  for (const least of [1.95, 9.9, 98.7, 1004, 12_345]) {
    for (const tick of new DurationAxis(least, least).ticks(1800)) {
      assert.equal(tick, Number(tick.toPrecision(3)));
    }
  }
});
