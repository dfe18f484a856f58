import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import { CorpusAnswer } from '../../../gateway/text/answer.ts';
import { loadO200k } from '../../../gateway/text/o200k-tokenizer.ts';
import { SimpleTokenizer } from '../../../gateway/text/simple-tokenizer.ts';
import { TokenBuffer } from '../../../gateway/text/token-buffer.ts';
import { fc } from '../../support/property.ts';

before(async () => {
  await loadO200k();
});

const seeds = fc.integer({ min: 0, max: 0xffffffff });
const lengths = fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 61, max: 700 }));

function whole(answer: CorpusAnswer): string {
  return answer.text(0, answer.tokens);
}

function streamed(answer: CorpusAnswer): string {
  let text = '';
  for (let i = 0; i < answer.tokens; i++) text += answer.piece(i);
  return text;
}

function ids(answer: CorpusAnswer, kind: 'simple' | 'o200k'): number[] {
  const out = new TokenBuffer(1);
  answer.appendIds(out, kind, 0, answer.tokens);
  return [...out.ids.subarray(0, out.length)];
}

test('an answer has exactly its tokens, for o200k and for the simple tokenizer', () => {
  const simple = new SimpleTokenizer();
  fc.assert(
    fc.property(seeds, lengths, fc.boolean(), (seed, tokens, natural) => {
      const text = whole(new CorpusAnswer(seed, tokens, natural));
      assert.equal(encode(text).length, tokens);
      assert.equal(simple.count(text), tokens);
    }),
    { numRuns: 200 },
  );
});

test('every length from 1 to 300 is exact, cut off and ended naturally', () => {
  for (let tokens = 1; tokens <= 300; tokens++) {
    for (const natural of [false, true]) {
      const text = whole(new CorpusAnswer(tokens * 7919, tokens, natural));
      assert.equal(encode(text).length, tokens);
      if (natural && tokens > 1) assert.ok(text.endsWith('.'), text);
    }
  }
});

test('streamed pieces are the unary text, and reading one does not disturb the other', () => {
  fc.assert(
    fc.property(seeds, lengths, fc.boolean(), (seed, tokens, natural) => {
      const answer = new CorpusAnswer(seed, tokens, natural);
      const text = whole(answer);
      assert.equal(streamed(answer), text);
      assert.equal(whole(answer), text);
    }),
    { numRuns: 100 },
  );
});

test('any part of the text is its pieces joined', () => {
  const bound = fc.integer({ min: -5, max: 130 });
  fc.assert(
    fc.property(seeds, fc.boolean(), fc.array(fc.tuple(bound, bound)), (seed, natural, ranges) => {
      const answer = new CorpusAnswer(seed, 120, natural);
      const pieces = Array.from({ length: 120 }, (_, i) => answer.piece(i));
      for (const [from, to] of ranges) {
        const expected = pieces.slice(Math.max(from, 0), Math.max(to, 0)).join('');
        assert.equal(answer.text(from, to), expected);
      }
    }),
    { numRuns: 50 },
  );
});

test('pieces can be read in any order', () => {
  fc.assert(
    fc.property(seeds, fc.array(fc.nat(99)), (seed, order) => {
      const answer = new CorpusAnswer(seed, 100, true);
      for (const i of order) assert.equal(answer.piece(i), answer.text(i, i + 1));
    }),
    { numRuns: 50 },
  );
});

test('a shorter answer of the same seed is a prefix of a longer one', () => {
  fc.assert(
    fc.property(seeds, lengths, lengths, (seed, a, b) => {
      const short = whole(new CorpusAnswer(seed, Math.min(a, b), false));
      const long = whole(new CorpusAnswer(seed, Math.max(a, b), false));
      assert.ok(long.startsWith(short));
    }),
    { numRuns: 100 },
  );
});

test('the ids of an answer are those of its text, for both tokenizers', () => {
  const simple = new SimpleTokenizer();
  fc.assert(
    fc.property(seeds, lengths, fc.boolean(), (seed, tokens, natural) => {
      const answer = new CorpusAnswer(seed, tokens, natural);
      const text = whole(answer);
      const out = new TokenBuffer();
      simple.encode(text, out);
      assert.deepEqual(ids(answer, 'simple'), [...out.ids.subarray(0, out.length)]);
      assert.deepEqual(ids(answer, 'o200k'), encode(text));
    }),
    { numRuns: 100 },
  );
});

test('ids are appended to what the buffer holds', () => {
  const out = new TokenBuffer(1);
  out.push(42);
  new CorpusAnswer(1, 30, false).appendIds(out, 'simple', 0, 30);
  assert.equal(out.length, 31);
  assert.equal(out.ids[0], 42);
});

test('no sentence follows itself', () => {
  for (let seed = 0; seed < 20; seed++) {
    const sentences = whole(new CorpusAnswer(seed, 3000, true)).split(/(?<=[.?!]) /);
    for (let i = 1; i < sentences.length; i++) assert.notEqual(sentences[i], sentences[i - 1]);
  }
});

test('answers of different seeds differ, and every sentence opens one', () => {
  const openings = new Set<string>();
  for (let seed = 0; seed < 8000; seed++) openings.add(new CorpusAnswer(seed, 8, false).text(0, 8));
  assert.ok(openings.size > 400, `${openings.size} openings`);
});

test('an answer without tokens is empty', () => {
  for (const natural of [false, true]) {
    const answer = new CorpusAnswer(1, 0, natural);
    assert.equal(answer.text(0, 10), '');
    assert.deepEqual(ids(answer, 'simple'), []);
  }
});
