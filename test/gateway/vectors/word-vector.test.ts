import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addWordVector } from '../../../gateway/vectors/word-vector.ts';

test('the vector of a seed is added, as often as its weight says', () => {
  const once = new Float32Array(64);
  addWordVector(once, 7);
  const twice = new Float32Array(64);
  addWordVector(twice, 7);
  addWordVector(twice, 7);
  const weighted = new Float32Array(64);
  addWordVector(weighted, 7, 2);
  assert.deepEqual(twice, weighted);
  assert.deepEqual(
    twice,
    once.map((value) => 2 * value),
  );
});

test('seeds have vectors that have nothing to do with each other', () => {
  const values = Array.from({ length: 40 }, (_, seed) => {
    const sum = new Float32Array(3072);
    addWordVector(sum, seed);
    return sum;
  });
  for (const [at, a] of values.entries()) {
    for (const b of values.slice(at + 1)) {
      const product = a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
      assert.ok(Math.abs(product) / 3072 < 0.09, 'five deviations');
    }
  }
});
