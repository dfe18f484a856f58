import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SimpleTokenizer } from '../../../gateway/text/simple-tokenizer.ts';
import { TokenBuffer } from '../../../gateway/text/token-buffer.ts';
import { hashText } from '../../../shared/rng.ts';
import { fc } from '../../support/property.ts';
import { anyText } from './any-text.ts';

const tokenizer = new SimpleTokenizer();

function encode(text: string): number[] {
  const out = new TokenBuffer();
  tokenizer.encode(text, out);
  return [...out.ids.subarray(0, out.length)];
}

const CJK = '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}';
const SKIPPED = /[\s\p{Cc}\p{Cf}]/u;

/** The definition, by regular expressions: the pieces of a text in order. */
function pieces(text: string): string[] {
  const word = new RegExp(
    `[\\r\\n]+|(?:(?![${CJK}])(?![\\u{10000}-\\u{10ffff}])[\\p{L}\\p{N}\\p{M}_])+|.`,
    'gsu',
  );
  return (text.match(word) ?? []).flatMap((piece) => {
    if (/^[\r\n]/.test(piece)) return [piece];
    // Above U+FFFF every code point is a piece, also the few that are format characters.
    if (SKIPPED.test(piece) && piece.length === 1) return [];
    return piece.length > 12 ? (piece.match(/.{1,6}/gsu) ?? []) : [piece];
  });
}

const examples: readonly [text: string, pieces: readonly string[]][] = [
  ['', []],
  [' \t  ', []],
  ['hello', ['hello']],
  ['Hello, world!', ['Hello', ',', 'world', '!']],
  ["it's", ['it', "'", 's']],
  ['snake_case9', ['snake_case9']],
  ['twelve_chars', ['twelve_chars']],
  ['thirteen_char', ['thirte', 'en_cha', 'r']],
  ['a\n\n\nb\r\nc', ['a', '\n\n\n', 'b', '\r\n', 'c']],
  ['\n \n', ['\n', '\n']],
  ['===', ['=', '=', '=']],
  ['naïve über Ελλάδα', ['naïve', 'über', 'Ελλάδα']],
  ['你好 world', ['你', '好', 'world']],
  ['カタ한글', ['カ', 'タ', '한', '글']],
  ['I😀you', ['I', '😀', 'you']],
  ['\ud83d', ['\ud83d']],
  ['\ude00', ['\ude00']],
  ['zero\u200bwidth', ['zero', 'width']],
];

for (const [text, expected] of examples) {
  test(`${JSON.stringify(text)} is ${expected.length} tokens, each with the hash of its piece`, () => {
    assert.deepEqual(encode(text), expected.map(hashText));
    assert.equal(tokenizer.count(text), expected.length);
  });
}

test('any text has the tokens of the definition', () => {
  fc.assert(
    fc.property(anyText, (value) => {
      assert.deepEqual(encode(value), pieces(value).map(hashText));
    }),
    { numRuns: 300 },
  );
});

test('encode appends to what the buffer holds', () => {
  const out = new TokenBuffer(1);
  out.push(42);
  tokenizer.encode('one two', out);
  assert.deepEqual([...out.ids.subarray(0, out.length)], [42, hashText('one'), hashText('two')]);
});

test('a text longer than the copy buffer is encoded whole', () => {
  const sentence = 'Long texts are encoded like short ones. ';
  const times = Math.ceil(600_000 / sentence.length);
  const once = encode(sentence);
  const all = encode(sentence.repeat(times));
  assert.equal(all.length, once.length * times);
  assert.deepEqual(all.slice(-once.length), once);
});

test('a longer text begins with the tokens of its first sentences', () => {
  const head = 'The same prefix, the same blocks.';
  assert.deepEqual(encode(`${head} And more`).slice(0, encode(head).length), encode(head));
});

test('the pieces of a text are its tokens, and joined they are the text', () => {
  const spaces = fc.string({ unit: fc.constantFrom(' ', '\t', '\u00a0'), maxLength: 3 });
  fc.assert(
    fc.property(spaces, anyText, spaces, (before, middle, after) => {
      const text = before + middle + after;
      const cut = [...tokenizer.pieces(text)];
      assert.equal(cut.join(''), text);
      const ids = encode(text);
      assert.deepEqual(ids.length === 0 ? [] : cut.flatMap(encode), ids);
      assert.equal(cut.length, text === '' ? 0 : Math.max(1, ids.length));
    }),
  );
});
