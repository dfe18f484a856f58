import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encode as reference } from 'gpt-tokenizer/encoding/o200k_base';
import { loadedO200k, loadO200k } from '../../../gateway/text/o200k-tokenizer.ts';
import { TokenBuffer } from '../../../gateway/text/token-buffer.ts';
import { fc } from '../../support/property.ts';
import { anyText } from './any-text.ts';

assert.throws(loadedO200k, /loaded before it is used/, 'nothing loads the vocabulary unasked');
const tokenizer = await loadO200k();

function encode(text: string): Uint32Array {
  const out = new TokenBuffer();
  tokenizer.encode(text, out);
  return out.ids.slice(0, out.length);
}

test('known texts have the ids that tiktoken gives them', () => {
  assert.deepEqual([...encode('hello world')], [24912, 2375]);
  assert.deepEqual([...encode('')], []);
});

test('any text has the ids of the library and decodes to itself', () => {
  fc.assert(
    fc.property(anyText, (value) => {
      const ids = encode(value);
      // The library takes U+FEFF for a mark at the start of a token's bytes and misses its tokens.
      if (!value.includes('\ufeff')) {
        assert.deepEqual([...ids], reference(value, { disallowedSpecial: new Set() }));
      }
      assert.equal(tokenizer.count(value), ids.length);
      assert.equal(tokenizer.decode(ids), value);
    }),
    { numRuns: 200 },
  );
});

test('a byte order mark is a token like any other', () => {
  assert.deepEqual([...encode('\ufeff')], [5574]);
  assert.equal(tokenizer.decode(encode('a\ufeff\ufeffb')), 'a\ufeff\ufeffb');
});

test('what looks like a special token is plain text', () => {
  const text = 'a <|endoftext|> b <|im_start|>';
  assert.deepEqual([...encode(text)], reference(text, { disallowedSpecial: new Set() }));
  assert.equal(tokenizer.decode(encode(text)), text);
  assert.ok(encode(text).every((id) => id < 199_999));
});

test('half a surrogate pair is encoded as U+FFFD', () => {
  assert.deepEqual(encode('a\ud83d'), encode('a\ufffd'));
});

test('ids that are not text decode to U+FFFD and leave nothing behind', () => {
  const cut = encode('𐍈').slice(0, 1);
  assert.equal(tokenizer.decode(cut), '\ufffd');
  assert.equal(tokenizer.decode(encode('ok')), 'ok');
  assert.equal(tokenizer.decode(Uint32Array.of(4_000_000_000)), '\ufffd');
});

// A scan for the lowest pair would need minutes for these, hence the limit.
for (const [name, text, tokens] of [
  ['one letter', 'a'.repeat(200_000), 25_000],
  ['one character of three bytes', '中'.repeat(50_000), undefined],
  ['white space', ' '.repeat(200_000), undefined],
  ['one sign', '='.repeat(200_000), undefined],
] as const) {
  test(`a long run of ${name} does not take quadratic time`, { timeout: 20_000 }, () => {
    const ids = encode(text);
    assert.equal(tokenizer.decode(ids), text);
    if (tokens !== undefined) assert.equal(ids.length, tokens);
  });
}

test('the pieces of a text are its tokens, and joined they are the text', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const cut = [...tokenizer.pieces(text)];
      assert.equal(Buffer.concat(cut.map((piece) => Buffer.from(piece))).toString(), text);
      assert.deepEqual(
        [...encode(text)].map((id) => tokenizer.pieceOf(id)),
        cut,
      );
    }),
  );
  assert.equal(tokenizer.pieceOf(4_000_000_000), undefined);
});
