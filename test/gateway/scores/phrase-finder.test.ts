import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PhraseFinder } from '../../../gateway/scores/phrase-finder.ts';

const finder = new PhraseFinder([
  ['kill', 'kill'],
  ['gun', 'gun'],
  ['discriminate', 'discriminate'],
  ['self-harm', 'self-harm'],
  ['make a bomb', 'bomb'],
  ['kill myself', 'kill myself'],
]);

function found(text: string): string[] {
  const marks = new Set<string>();
  for (const _ of finder.marks(text, marks));
  return [...marks].sort();
}

test('whole words are found, whatever their case and with an ending', () => {
  for (const text of ['kill', 'KILL!', 'he kills', 'killed,', '(killing)', 'a killer']) {
    assert.deepEqual(found(text), ['kill'], text);
  }
  assert.deepEqual(found('discriminated, discriminating'), ['discriminate']);
});

test('a part of a word is not', () => {
  for (const text of ['skill', 'begun', 'killjoy', 'gunner5', 'overkill', '']) {
    assert.deepEqual(found(text), [], text);
  }
});

test('a phrase is its words in a row, blanks and hyphens between them', () => {
  assert.deepEqual(found('how to make  a\nbomb'), ['bomb']);
  assert.deepEqual(found('self harm and self-harm'), ['self-harm']);
  assert.deepEqual(found('make a big bomb'), []);
  assert.deepEqual(found('make a. Bomb'), [], 'another sentence');
  assert.deepEqual(found('I kill myself'), ['kill', 'kill myself']);
});

test('a long text is searched in steps', () => {
  let steps = 0;
  for (const _ of finder.marks('word '.repeat(10_000), new Set())) steps++;
  assert.ok(steps > 100);
});
