import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Embedding } from '../../../gateway/vectors/embedding.ts';
import { vectorParts } from '../../../gateway/vectors/vector-text.ts';

function vectorOf(dimensions: number): Float32Array {
  const embedding = new Embedding('some words', dimensions);
  while (!embedding.next());
  return embedding.vector();
}

for (const dimensions of [1, 2, 3, 255, 256, 257, 750, 1536, 3072]) {
  test(`${dimensions} values are the same in both formats, in parts of at most 4 KiB`, () => {
    const vector = vectorOf(dimensions);
    const decimals = [...vectorParts(vector, 'float')];
    const bytes = [...vectorParts(vector, 'base64')];
    for (const part of [...decimals, ...bytes]) assert.ok(part.length <= 4096);
    const values: number[] = JSON.parse(decimals.join(''));
    const raw = Buffer.from(JSON.parse(bytes.join('')), 'base64');
    assert.equal(raw.length, 4 * dimensions);
    for (const [at, value] of values.entries()) {
      assert.equal(Math.fround(value), vector[at]! + 0, 'a decimal is the float');
      assert.equal(raw.readFloatLE(4 * at), vector[at]);
    }
    assert.equal(values.length, dimensions);
  });
}
