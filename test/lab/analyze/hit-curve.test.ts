import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HitCurve } from '../../../lab/analyze/hit-curve.ts';

test('a cache hits what lies no deeper than its size', () => {
  const curve = new HitCurve();
  curve.add(1, 10);
  curve.add(3, 10);
  curve.add(3, 5);
  curve.add(4000, 10);
  const points = curve.points(10, 100);
  const at = (size: number) => points.find(({ blocks }) => blocks === size);
  assert.deepEqual(at(1), { blocks: 1, blockHitRate: 0.1, tokenHitRate: 0.1 });
  assert.deepEqual(at(2), { blocks: 2, blockHitRate: 0.1, tokenHitRate: 0.1 });
  assert.deepEqual(at(3), { blocks: 3, blockHitRate: 0.3, tokenHitRate: 0.25 });
  assert.deepEqual(points.at(-1), { blocks: 4000, blockHitRate: 0.4, tokenHitRate: 0.35 });
});

test('the size for a share of the hits is the least that has them', () => {
  const curve = new HitCurve();
  for (let depth = 1; depth <= 2000; depth++) curve.add(depth, 16);
  assert.deepEqual(curve.blocksFor([0.5, 0.9, 0.9001, 1]), [1000, 1800, 1801, 2000]);
  assert.deepEqual(curve.depthsAt([0.5, 1]), [1000, 2000]);
});

test('where nothing is hit, no size is needed', () => {
  const curve = new HitCurve();
  assert.deepEqual(curve.points(4, 64), [{ blocks: 1, blockHitRate: 0, tokenHitRate: 0 }]);
  assert.deepEqual(curve.blocksFor([0.5, 1]), [0, 0]);
  assert.deepEqual(curve.depthsAt([0.5]), [Number.NaN]);
});
