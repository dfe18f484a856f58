import assert from 'node:assert/strict';
import { test } from 'node:test';
import { paretoFront } from '../../../lab/tune/pareto.ts';
import { fc } from '../../support/property.ts';

test('keeps what nothing else beats, in order, and one of those that are alike', () => {
  const points: readonly (readonly number[])[] = [
    [1, 5],
    [3, 3],
    [3, 3],
    [2, 2],
    [5, 1],
    [3, 2],
  ];
  assert.deepEqual(
    paretoFront(points, (point) => point),
    [
      [1, 5],
      [3, 3],
      [5, 1],
    ],
  );
});

test('everything left out is beaten or matched by something on the front', () => {
  const anyPoint = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 3, maxLength: 3 });
  fc.assert(
    fc.property(fc.array(anyPoint, { minLength: 1, maxLength: 20 }), (points) => {
      const front = paretoFront(points, (point) => point);
      assert.ok(front.length > 0);
      for (const point of points) {
        assert.ok(front.some((best) => best.every((value, at) => value >= point[at]!)));
      }
    }),
    { numRuns: 100 },
  );
});
