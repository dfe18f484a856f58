import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { GivenText, insideOfJson } from '../../../gateway/text/given-text.ts';
import { loadO200k } from '../../../gateway/text/o200k-tokenizer.ts';
import { SimpleTokenizer } from '../../../gateway/text/simple-tokenizer.ts';
import { TokenBuffer } from '../../../gateway/text/token-buffer.ts';
import type { Tokenizer } from '../../../gateway/text/tokenizer.ts';
import { fc } from '../../support/property.ts';

const TEXT = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.json({ maxDepth: 3 }),
  fc.constantFrom(
    '',
    ' ',
    '\n\n',
    'naïve café 漢字 😀👩‍👩‍👧',
    '{"a":[1,"\\"x\\""]}',
    'word '.repeat(9000),
  ),
);

function idsOf(text: string, tokenizer: Tokenizer): number[] {
  const out = new TokenBuffer();
  tokenizer.encode(text, out);
  return [...out.ids.subarray(0, out.length)];
}

function idsIn(given: GivenText): number[] {
  const out = new TokenBuffer();
  given.appendIds(out, 'simple', 0, given.tokens);
  return [...out.ids.subarray(0, out.length)];
}

for (const kind of ['simple', 'o200k'] as const) {
  describe(`a given text, cut by the tokenizer ${kind}`, () => {
    let tokenizer: Tokenizer;
    before(async () => {
      tokenizer = kind === 'simple' ? new SimpleTokenizer() : await loadO200k();
    });

    test('is the same in pieces, in slices and as a whole', () => {
      fc.assert(
        fc.property(TEXT, fc.nat(), (text, at) => {
          const given = new GivenText(text, tokenizer);
          let pieces = '';
          for (let token = 0; token < given.tokens; token++) pieces += given.piece(token);
          const cut = at % (given.tokens + 1);
          assert.equal(pieces, text);
          assert.equal(given.text(0, cut) + given.text(cut, given.tokens), text);
        }),
      );
    });

    test('has the ids of its text, so that a next turn hits', () => {
      fc.assert(
        fc.property(TEXT, (text) => {
          const ids = idsOf(text, tokenizer);
          if (ids.length > 0) assert.deepEqual(idsIn(new GivenText(text, tokenizer)), ids);
        }),
      );
    });

    test('says its silent tokens first, without a text', () => {
      const given = new GivenText('{"city":"Oslo"}', tokenizer, 'get_weather');
      const name = idsOf('get_weather', tokenizer);
      assert.deepEqual(idsIn(given), [...name, ...idsOf('{"city":"Oslo"}', tokenizer)]);
      assert.equal(given.text(0, name.length), '');
      assert.equal(given.text(name.length, given.tokens), '{"city":"Oslo"}');
    });

    test('has a token even if it is empty, and none whose text is long', () => {
      assert.equal(new GivenText('', tokenizer).tokens, 1);
      const text = `a${' '.repeat(1000)}b${'\n'.repeat(1000)}${' '.repeat(1000)}`;
      const given = new GivenText(text, tokenizer);
      assert.equal(given.text(0, given.tokens), text);
      for (let token = 0; token < given.tokens; token++) {
        assert.ok(given.piece(token).length <= 128);
      }
    });
  });
}

test('the inside of a JSON string is ASCII, and means the text', () => {
  fc.assert(
    fc.property(TEXT, (text) => {
      const inside = insideOfJson(text);
      assert.match(inside, /^[\x20-\x7e]*$/);
      assert.equal(JSON.parse(`"${inside}"`), text);
    }),
  );
});
