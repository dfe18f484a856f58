import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AnswerText, AnswerUntilStop } from '../../../gateway/openai/stop-matcher.ts';
import { CorpusAnswer } from '../../../gateway/text/answer.ts';
import { fc } from '../../support/property.ts';

/** An answer with the given text for each token. */
function answerOf(pieces: readonly string[]): AnswerText {
  return {
    tokens: pieces.length,
    text: (from, to) => pieces.slice(from, to).join(''),
    piece: (index) => pieces[index] ?? '',
  };
}

function cut(pieces: readonly string[], stops: readonly string[], minTokens = 0): AnswerUntilStop {
  return new AnswerUntilStop(answerOf(pieces), stops, minTokens);
}

function stream(answer: AnswerText): string[] {
  return Array.from({ length: answer.tokens }, (_, index) => answer.piece(index));
}

const PIECES = ['The', ' sky', ' is', ' blue', '.'];

/** Each row: stop sequences, the text that is left, its tokens, the pieces streamed. */
const CUTS: readonly (readonly [readonly string[], string, readonly string[]])[] = [
  [['.'], 'The sky is blue', ['The', ' sky', ' is', ' blue']],
  [[' is'], 'The sky', ['The', ' sky']],
  [['is'], 'The sky ', ['The', ' sky', ' ']],
  [['s b'], 'The sky i', ['The', ' sky', ' i']],
  [['The'], '', []],
  [['blue', 'sky'], 'The ', ['The', ' ']],
  [['sky is blue.', 'is'], 'The ', ['The', ' ']],
  [['green'], 'The sky is blue.', PIECES],
  [[' is green'], 'The sky is blue.', ['The', ' sky', '', ' is blue', '.']],
  [['e.!'], 'The sky is blue.', ['Th', 'e sky', ' is', ' blu', 'e.']],
];

test('an answer ends before the match that begins first', () => {
  for (const [stops, text, pieces] of CUTS) {
    const answer = cut(PIECES, stops);
    assert.equal(answer.text(0, answer.tokens), text);
    assert.deepEqual(stream(answer), pieces);
    assert.equal(answer.tokens, pieces.length);
    assert.equal(answer.stopped, text !== PIECES.join(''));
  }
});

test('a match that begins in the first min_tokens is none', () => {
  assert.equal(cut(['a', 'b', 'a', 'b'], ['a'], 1).text(0, 4), 'ab');
  assert.equal(cut(['a', 'b', 'a', 'b'], ['ab'], 3).stopped, false);
  assert.equal(cut(['a', 'b'], ['b'], 5).stopped, false);
});

const LETTERS = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 4 });

test('what is streamed is the text up to the first match, and never the start of a match', () => {
  const pieces = fc.array(LETTERS, { maxLength: 12 });
  const stops = fc.array(LETTERS, { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(pieces, stops, fc.nat(12), (all, patterns, minTokens) => {
      const answer = cut(all, patterns, minTokens);
      const text = all.join('');
      const from = all.slice(0, minTokens).join('').length;
      const matches = patterns.map((pattern) => text.indexOf(pattern, from));
      const end = Math.min(text.length, ...matches.filter((at) => at >= 0));
      assert.equal(answer.text(0, answer.tokens), text.slice(0, end));
      assert.equal(answer.stopped, end < text.length);
      let sent = '';
      for (let index = 0; index < answer.tokens; index++) {
        sent += answer.piece(index);
        const known = answer.text(0, index + 1);
        assert.ok(known.startsWith(sent));
        const last = index === answer.tokens - 1;
        assert.equal(known.length - sent.length, last ? 0 : longestStart(known, patterns, from));
      }
      assert.equal(sent, text.slice(0, end));
    }),
    { numRuns: 500 },
  );
});

/** Length of the longest end of `text`, from `from` on, that a pattern begins with. */
function longestStart(text: string, patterns: readonly string[], from: number): number {
  for (let length = text.length - from; length > 0; length--) {
    const end = text.slice(text.length - length);
    if (patterns.some((pattern) => pattern.length > length && pattern.startsWith(end))) {
      return length;
    }
  }
  return 0;
}

test('tokens are counted up to the one in which the text ends', () => {
  const answer = cut(PIECES, ['is']);
  assert.equal(answer.tokens, 3);
  assert.equal(answer.text(2, 3), ' ');
  assert.equal(answer.text(1, 3), ' sky ');
});

test('an answer of the corpus ends at its first full stop', () => {
  const whole = new CorpusAnswer(3, 200, true);
  const answer = new AnswerUntilStop(whole, ['.'], 0);
  const text = whole.text(0, 200);
  assert.equal(stream(answer).join(''), text.slice(0, text.indexOf('.')));
  assert.ok(answer.stopped);
});

test('a stop sequence much longer than the answer costs no more than the answer', () => {
  const answer = cut(['a', 'a', 'b'], ['a'.repeat(1_000_000)]);
  assert.deepEqual(stream(answer), ['', '', 'aab']);
});
