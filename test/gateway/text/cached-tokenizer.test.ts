import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CachedTokenizer } from '../../../gateway/text/cached-tokenizer.ts';
import { SimpleTokenizer } from '../../../gateway/text/simple-tokenizer.ts';
import { TokenBuffer } from '../../../gateway/text/token-buffer.ts';
import type { Tokenizer } from '../../../gateway/text/tokenizer.ts';

/** Counts how often the tokenizer behind the cache is asked. */
class CountingTokenizer implements Tokenizer {
  readonly kind = 'simple';
  asked = 0;
  readonly #simple = new SimpleTokenizer();

  encode(text: string, out: TokenBuffer): void {
    this.asked++;
    this.#simple.encode(text, out);
  }

  count(text: string): number {
    return this.#simple.count(text);
  }
}

function idsOf(tokenizer: Tokenizer, text: string): number[] {
  const out = new TokenBuffer(1);
  out.push(7);
  tokenizer.encode(text, out);
  return [...out.ids.subarray(0, out.length)];
}

test('a text gets the same ids from the cache as from the tokenizer, behind what was there', () => {
  const cached = new CachedTokenizer(new CountingTokenizer(), 4);
  const fresh = idsOf(new SimpleTokenizer(), 'Hello, wide world');
  assert.deepEqual(idsOf(cached, 'Hello, wide world'), fresh);
  assert.deepEqual(idsOf(cached, 'Hello, wide world'), fresh);
  assert.equal(cached.count('Hello, wide world'), fresh.length - 1);
});

test('the tokenizer is asked once for each text that the cache still holds', () => {
  const counting = new CountingTokenizer();
  const cached = new CachedTokenizer(counting, 2);
  for (const text of ['a', 'b', 'a', 'b']) idsOf(cached, text);
  assert.equal(counting.asked, 2);
  idsOf(cached, 'c');
  idsOf(cached, 'a');
  assert.equal(counting.asked, 4);
});

test('long texts are not kept', () => {
  const counting = new CountingTokenizer();
  const cached = new CachedTokenizer(counting, 2);
  const long = 'word '.repeat(14_000);
  idsOf(cached, long);
  idsOf(cached, long);
  assert.equal(counting.asked, 2);
});
