import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CachedTokenizer } from '../../../gateway/text/cached-tokenizer.ts';
import { SimpleTokenizer } from '../../../gateway/text/simple-tokenizer.ts';
import { TokenBuffer } from '../../../gateway/text/token-buffer.ts';
import type { Piece, Tokenizer } from '../../../gateway/text/tokenizer.ts';

/** Counts how often the tokenizer behind the cache is asked. */
class CountingTokenizer implements Tokenizer {
  readonly kind = 'simple';
  readonly partLength = 1000;
  asked = 0;
  readonly #simple = new SimpleTokenizer();

  encode(text: string, out: TokenBuffer): void {
    this.asked++;
    this.#simple.encode(text, out);
  }

  encodeWithEnds(): void {
    throw new Error('not counted');
  }

  count(text: string): number {
    return this.#simple.count(text);
  }

  pieces(text: string): Iterable<Piece> {
    return this.#simple.pieces(text);
  }

  pieceOf(): undefined {
    return this.#simple.pieceOf();
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

test('of a long text the parts are kept, which another text may begin with', () => {
  const counting = new CountingTokenizer();
  const cached = new CachedTokenizer(counting, 100);
  const long = Array.from({ length: 1000 }, (_, at) => `word${at}s`).join(' ');
  const ids = idsOf(cached, long);
  const parts = counting.asked;
  assert.ok(parts >= 5);
  assert.deepEqual(idsOf(cached, long), ids);
  assert.equal(counting.asked, parts);
  idsOf(cached, `${long} and more`);
  assert.ok(counting.asked <= parts + 2);
});

test('what is kept has a limit in bytes, whatever the number of texts', () => {
  const cached = new CachedTokenizer(new CountingTokenizer(), 1_000_000);
  for (let count = 0; count < 40_000; count++) {
    idsOf(cached, `${count} ${'x y '.repeat(240)}`);
    assert.ok(cached.bytes <= 32 * 2 ** 20);
  }
  assert.ok(cached.bytes > 31 * 2 ** 20);
});

test('a text that fills the buffer is not remembered as that much of it', () => {
  const cached = new CachedTokenizer(new CountingTokenizer(), 4);
  const out = new TokenBuffer();
  out.limit = 2;
  cached.encode('one two three four', out);
  assert.ok(out.isFull);
  assert.equal(idsOf(cached, 'one two three four').length, 1 + 4);
});
