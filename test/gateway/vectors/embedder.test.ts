import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Embedder } from '../../../gateway/vectors/embedder.ts';

test('an embedding is remembered by text, dimensions and format, and is the same', () => {
  const embedder = new Embedder(8);
  const made = embedder.whole('some words', 64, 'float');
  assert.equal(embedder.size, 1);
  assert.equal(embedder.whole('some words', 64, 'float'), made);
  assert.deepEqual([...embedder.parts('some words', 64, 'float')].join(''), made);
  assert.equal(embedder.size, 1);
  for (const [text, dimensions, format] of [
    ['some words', 65, 'float'],
    ['some words', 64, 'base64'],
    ['other words', 64, 'float'],
  ] as const) {
    assert.notEqual(embedder.whole(text, dimensions, format), made);
  }
  assert.equal(embedder.size, 4);
});

test('the one used least recently is forgotten, and made again as it was', () => {
  const embedder = new Embedder(2);
  const first = embedder.whole('a', 16, 'float');
  embedder.whole('b', 16, 'float');
  embedder.whole('c', 16, 'float');
  assert.equal(embedder.size, 2);
  assert.equal(embedder.whole('a', 16, 'float'), first);
});

test('with a size of 0 nothing is remembered', () => {
  const embedder = new Embedder(0);
  assert.equal(embedder.whole('a', 16, 'float'), embedder.whole('a', 16, 'float'));
  assert.equal(embedder.size, 0);
});

test('however many are allowed, they take no more than 64 MiB', () => {
  const embedder = new Embedder(1_000_000);
  const text = 'x'.repeat(2 ** 20);
  for (let n = 0; n < 64; n++) embedder.whole(`${n}${text}`, 1, 'float');
  assert.ok(embedder.size < 32, `${embedder.size} of over 2 MiB each`);
});

test('ids are not taken for a text that looks like them', () => {
  const embedder = new Embedder(8);
  assert.notEqual(embedder.whole([1, 2], 16, 'base64'), embedder.whole('1,2', 16, 'base64'));
});

test('a long text is made in pieces of work, and all parts are short', () => {
  const embedder = new Embedder(0);
  const text = Array.from({ length: 1000 }, (_, n) => `word${n}`).join(' ');
  const parts = [...embedder.parts(text, 1536, 'base64')];
  assert.ok(parts.filter((part) => part === '').length > 100);
  assert.ok(parts.every((part) => part.length <= 4096));
});
