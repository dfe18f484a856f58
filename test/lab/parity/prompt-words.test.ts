import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SimpleTokenizer } from '../../../gateway/text/simple-tokenizer.ts';
import { promptWords } from '../../../lab/parity/prompt-words.ts';
import { Content, nameSpace } from '../../../lab/traces/content.ts';

const KIND = nameSpace('test');

function contentOf(...segments: readonly (readonly [name: number, end: number])[]): Content {
  const content = new Content();
  for (const [name, end] of segments) content.extendNamed(KIND, name, end);
  return content;
}

function wordsOf(content: Content, from: number, to: number): string[] {
  return promptWords(content, from, to).split(' ');
}

test('each token is one word of one token', () => {
  const content = contentOf([1, 700], [2, 1000]);
  const text = promptWords(content, 10, 990);
  assert.equal(text.split(' ').length, 980);
  assert.equal(new SimpleTokenizer().count(text), 980);
  assert.equal(new Set(text.split(' ')).size, 980);
});

test('texts agree exactly as far as the contents do', () => {
  const a = wordsOf(contentOf([1, 300], [2, 600]), 0, 600);
  const b = wordsOf(contentOf([1, 300], [3, 600]), 0, 600);
  assert.deepEqual(a.slice(0, 300), b.slice(0, 300));
  for (const [at, word] of a.slice(300).entries()) assert.notEqual(word, b[at + 300]);
});

test('a word depends on where its token is, not on where the text begins', () => {
  const content = contentOf([1, 300], [2, 600]);
  assert.deepEqual(wordsOf(content, 290, 310), wordsOf(content, 0, 600).slice(290, 310));
});

test('beyond the content there are no words', () => {
  assert.equal(promptWords(contentOf([1, 5]), 3, 100).split(' ').length, 2);
  assert.equal(promptWords(contentOf([1, 5]), 7, 9), '');
});
