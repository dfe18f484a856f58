import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadO200k } from '../../../gateway/text/o200k-tokenizer.ts';
import { SimpleTokenizer } from '../../../gateway/text/simple-tokenizer.ts';
import { inParts, partEnd } from '../../../gateway/text/text-parts.ts';
import { TokenBuffer } from '../../../gateway/text/token-buffer.ts';
import { fc } from '../../support/property.ts';

function partsOf(text: string, length: number): string[] {
  const parts: string[] = [];
  inParts(text, length, new TokenBuffer(), (part) => parts.push(part));
  return parts;
}

describe('the parts of a text', () => {
  it('are the text, none longer than asked and none empty', () => {
    const unit = fc.constantFrom(
      'a',
      ' ',
      '\n',
      '.',
      "'",
      '1',
      '漢',
      '😀',
      'é',
      '\u0301',
      '\ud83d',
    );
    fc.assert(
      fc.property(
        fc.string({ unit, maxLength: 80 }),
        fc.integer({ min: 2, max: 20 }),
        (text, length) => {
          const parts = partsOf(text, length);
          assert.equal(parts.join(''), text);
          assert.ok(parts.every((part) => part.length > 0 && part.length <= length));
        },
      ),
    );
  });

  it('end with a word', () => {
    assert.deepEqual(partsOf('one two three', 9), ['one two', ' three']);
    assert.deepEqual(partsOf("it isn't one", 9), ["it isn't", ' one']);
  });

  it('cut a run without a word within, but no character', () => {
    assert.deepEqual(partsOf('aaaaaa', 4), ['aaaa', 'aa']);
    assert.deepEqual(partsOf('😀😀😀', 3), ['😀', '😀', '😀']);
  });

  it('end when no more ids are wanted', () => {
    const out = new TokenBuffer();
    out.limit = 10;
    let parts = 0;
    inParts('x'.repeat(1000), 10, out, () => {
      parts++;
      for (let count = 0; count < 4; count++) out.push(1);
    });
    assert.equal(parts, 3);
  });
});

describe('a tokenizer', async () => {
  const tokenizers = [new SimpleTokenizer(), await loadO200k()];
  const word = fc.constantFrom(
    'the',
    "it's",
    "we'll",
    'camelCase',
    'ABC',
    '123',
    'x1',
    'naïve',
    '漢字',
    'e\u0301',
    '😀',
    '_a_',
  );
  const gap = fc.constantFrom(' ', '  ', '\n', '.\n', ', ', '. ', '-', '/', '"', ' (', ')\n\n', '');
  const prose = fc.array(fc.tuple(word, gap), { minLength: 1, maxLength: 60 });

  function idsOf(tokenizer: (typeof tokenizers)[number], texts: readonly string[]): number[] {
    const out = new TokenBuffer();
    for (const text of texts) tokenizer.encode(text, out);
    return [...out.ids.subarray(0, out.length)];
  }

  it('gives parts that end at a border the ids of the whole', () => {
    fc.assert(
      fc.property(prose, fc.integer({ min: 0, max: 200 }), (pieces, at) => {
        const text = pieces.flat().join('');
        // Only where a border is near: elsewhere a cut may change a token.
        const end = partEnd(text, 0, Math.max(1, at));
        const isBorder =
          /\p{L}$/u.test(text.slice(0, end)) && !/^['\p{L}\p{M}\p{N}_]/u.test(text.slice(end));
        if (!isBorder) return;
        for (const tokenizer of tokenizers) {
          const whole = idsOf(tokenizer, [text]);
          assert.deepEqual(idsOf(tokenizer, [text.slice(0, end), text.slice(end)]), whole);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('stops soon after its buffer is full', () => {
    for (const tokenizer of tokenizers) {
      const out = new TokenBuffer();
      out.limit = 50;
      tokenizer.encode('one two. '.repeat(100_000), out);
      assert.equal(out.length, 51);
    }
  });
});
