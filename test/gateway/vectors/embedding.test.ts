import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Embedding } from '../../../gateway/vectors/embedding.ts';
import type { TextInput } from '../../../gateway/vectors/text-words.ts';
import { fc } from '../../support/property.ts';

function vectorOf(input: TextInput, dimensions = 256): Float32Array {
  const embedding = new Embedding(input, dimensions);
  while (!embedding.next());
  return embedding.vector();
}

function cosine(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
}

test('a vector has length 1, whatever the text and the dimensions', () => {
  const input = fc.oneof(fc.string({ minLength: 1 }), fc.array(fc.nat(), { minLength: 1 }));
  fc.assert(
    fc.property(input, fc.integer({ min: 1, max: 3072 }), (input, dimensions) => {
      const vector = vectorOf(input, dimensions);
      assert.equal(vector.length, dimensions);
      assert.ok(Math.abs(Math.hypot(...vector) - 1) <= 1e-6);
    }),
    { numRuns: 100 },
  );
});

test('equal texts have equal vectors, other texts have others', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (a, b) => {
      assert.deepEqual(vectorOf(a), vectorOf(a));
      if (a !== b) assert.notDeepEqual(vectorOf(a), vectorOf(b));
    }),
    { numRuns: 100 },
  );
});

test('what a vector is stays as it is from one version to the next', () => {
  const first = [...vectorOf('the quick brown fox', 1536).subarray(0, 3)];
  assert.deepEqual(
    first.map((value) => value.toFixed(6)),
    ['-0.022031', '-0.034674', '0.004261'],
  );
});

test('texts lie the closer the more words they share', () => {
  const cat = vectorOf('a cat sat on the mat', 1536);
  const sameWords = cosine(cat, vectorOf('On the mat sat a CAT', 1536));
  const someWords = cosine(cat, vectorOf('a cat lay under the table', 1536));
  const otherWords = cosine(cat, vectorOf('quarterly revenue grew faster than costs', 1536));
  assert.ok(sameWords > 0.99, `${sameWords}`);
  assert.ok(someWords > 0.35 && someWords < 0.65, `three words of six: ${someWords}`);
  assert.ok(Math.abs(otherWords) < 0.15, `${otherWords}`);
});

test('token ids that are shared bring texts closer too, and are no words', () => {
  const ids = vectorOf([11, 12, 13, 14], 1536);
  assert.ok(cosine(ids, vectorOf([11, 12, 13, 99], 1536)) > 0.6);
  assert.ok(Math.abs(cosine(ids, vectorOf('11 12 13 14', 1536))) < 0.15);
});

test('the values are normal: mean 0 and as many near it as are to be', () => {
  const vector = vectorOf('many words make one vector of values', 3072);
  const scale = Math.sqrt(vector.length);
  const values = [...vector].map((value) => value * scale);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const within = values.filter((value) => Math.abs(value) < 1).length / values.length;
  assert.ok(Math.abs(mean) < 0.06, `${mean}`);
  assert.ok(Math.abs(within - 0.683) < 0.03, `${within}`);
});
