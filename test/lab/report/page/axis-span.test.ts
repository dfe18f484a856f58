import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CURVE_SHARES } from '../../../../lab/measure/replay-result.ts';
import { axisSpan, FLOOR_MS } from '../../../../lab/report/page/axis-span.ts';
import { fc } from '../../../support/property.ts';

/** A distribution that has `body(share)` up to a share, and `tail` beyond it. */
function curve(upTo: number, body: (share: number) => number, tail: number): number[] {
  return CURVE_SHARES.map((share) => (share <= upTo ? body(share) : tail));
}

test('a long thin tail does not squeeze the curves into a line', () => {
  const bulk = (share: number): number => 6 + 4 * share;
  assert.deepEqual(axisSpan([curve(0.99, bulk, 180)]), {
    least: 6.04,
    greatest: 9.96,
    share: 0.99,
  });
  const stalls = axisSpan([curve(0.97, bulk, 180), curve(0.99, bulk, 180)]);
  assert.deepEqual(stalls, { least: 6.04, greatest: 9.8, share: 0.95 });
  assert.equal(axisSpan([curve(0.92, bulk, 180)]).share, 0.9);
});

test('a tail of more than a tenth stays on the axis', () => {
  const span = axisSpan([curve(0.8, () => 6, 180)]);
  assert.deepEqual(span, { least: 6, greatest: 180, share: 0.99 });
});

test('one policy whose values are spread widely widens the axis for all', () => {
  const span = axisSpan([curve(1, () => 5, 0), curve(1, (share) => 5 + 100 * share, 0)]);
  assert.deepEqual(span, { least: 5, greatest: 104, share: 0.99 });
});

test('the span has a logarithm and is not turned around, whatever the values', () => {
  const sorted = fc
    .array(fc.double({ min: 0, max: 1e7, noNaN: true }), {
      minLength: CURVE_SHARES.length,
      maxLength: CURVE_SHARES.length,
    })
    .map((values) => values.sort((a, b) => a - b));
  fc.assert(
    fc.property(fc.array(sorted, { minLength: 1, maxLength: 4 }), (curves) => {
      const { least, greatest } = axisSpan(curves);
      assert.ok(least >= FLOOR_MS && least <= greatest);
    }),
  );
});
