import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PromptEcho } from '../../../../gateway/api/openai/prompt-echo.ts';
import { loadO200k } from '../../../../gateway/text/o200k-tokenizer.ts';
import { SimpleTokenizer } from '../../../../gateway/text/simple-tokenizer.ts';
import { TokenBuffer } from '../../../../gateway/text/token-buffer.ts';
import { fc } from '../../../support/property.ts';
import { anyText } from '../../text/any-text.ts';

const simple = new SimpleTokenizer();
const o200k = await loadO200k();

function read(parts: Iterable<string>): string {
  return JSON.parse(`"${[...parts].join('')}"`);
}

function idsOf(text: string): number[] {
  const out = new TokenBuffer();
  o200k.encode(text, out);
  return [...out.ids.subarray(0, out.length)];
}

describe('the echo of a text', () => {
  for (const tokenizer of [simple, o200k]) {
    it(`is the text, in parts and token by token (${tokenizer.kind})`, () => {
      fc.assert(
        fc.property(anyText, fc.nat(30), (piece, times) => {
          const text = piece.repeat(times);
          const echo = new PromptEcho(text, tokenizer);
          assert.equal(read(echo.texts()), text);
          const tokens = [...echo.tokens()];
          assert.equal(read(tokens.map((each) => each.text)), text);
          const count = tokens.filter(({ token }) => token !== '').length;
          assert.equal(count, Math.max(tokenizer.count(text), text === '' ? 0 : 1));
        }),
      );
    });
  }

  it('comes in parts of a few hundred characters', () => {
    const parts = [...new PromptEcho('\u0001😀'.repeat(5000), simple).texts()];
    assert.ok(parts.every(({ length }) => length <= 6 * 512));
    assert.ok(parts.length > 20);
  });

  it('has halves of surrogate pairs as they were sent', () => {
    assert.equal(read(new PromptEcho('a\ud83d', simple).texts()), 'a\ud83d');
  });

  it('has seeds that follow from the beginning of the prompt', () => {
    const seeds = (text: string) =>
      [...new PromptEcho(text, simple).tokens()].map(({ seed }) => seed);
    assert.deepEqual(seeds('one two three').slice(0, 2), seeds('one two four').slice(0, 2));
    assert.notEqual(seeds('one two three')[2], seeds('four two three')[2]);
  });
});

describe('the echo of token ids', () => {
  it('is their text, where they tell of one', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const echo = new PromptEcho(idsOf(text), o200k);
        assert.equal(read(echo.texts()), text);
      }),
    );
  });

  it('names ids that do not, and bytes that are no text', () => {
    assert.equal(read(new PromptEcho([7, 4_000_000_000], simple).texts()), '<|7|><|4000000000|>');
    const ids = idsOf('🜃');
    assert.ok(ids.length > 1, 'it takes several tokens');
    const tokens = [...new PromptEcho(ids, o200k).tokens()].map(({ token }) => read([token]));
    assert.match(tokens.join(''), /^bytes:(\\x[0-9a-f]{2})+bytes:/);
    assert.equal(read(new PromptEcho(ids.slice(0, 1), o200k).texts()), '\ufffd');
  });
});
