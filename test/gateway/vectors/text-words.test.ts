import assert from 'node:assert/strict';
import { test } from 'node:test';
import { textSeed, wordSeeds } from '../../../gateway/vectors/text-words.ts';

const seeds = (input: string | number[]): number[] =>
  [...wordSeeds(input)].filter((seed) => seed !== undefined);

test('words are runs of letters, digits and marks, whatever stands between them', () => {
  assert.deepEqual(seeds('Hello, world!'), seeds('hello  \n WORLD'));
  assert.deepEqual(seeds('straße 北京 é'), [...seeds('straße'), ...seeds('北京'), ...seeds('é')]);
  assert.deepEqual(seeds('?! ... 🎉'), []);
});

test('a run of letters without an end is several words', () => {
  assert.equal(seeds('x'.repeat(640)).length, 10);
});

test('each id is a word', () => {
  assert.equal(seeds([5, 5, 6]).length, 3);
  assert.equal(new Set(seeds([5, 5, 6])).size, 2);
});

test('texts of the same words differ as a whole', () => {
  assert.notEqual(textSeed('a b'), textSeed('b a'));
  assert.notEqual(textSeed([1, 2]), textSeed([2, 1]));
});
