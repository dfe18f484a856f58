import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wrappedText } from '../../../lab/experiment/wrapped-text.ts';

test('lines end between words, and a word that is too long stands alone', () => {
  assert.equal(wrappedText('one two three', 7), 'one two\nthree\n');
  assert.equal(wrappedText('a bottomless pit', 5), 'a\nbottomless\npit\n');
  assert.equal(wrappedText('short', 100), 'short\n');
});
