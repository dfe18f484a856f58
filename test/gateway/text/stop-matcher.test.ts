import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StopMatcher, StopSequences } from '../../../gateway/text/stop-matcher.ts';
import { fc } from '../../support/property.ts';

/** What comes of pushing one token after another until a match or the end. */
function run(pieces: readonly string[], stops: readonly string[], unsearched = 0) {
  const matcher = new StopMatcher(new StopSequences(stops, unsearched));
  const given: string[] = [];
  for (const [index, piece] of pieces.entries()) {
    if (matcher.hasMatched) break;
    if (index >= unsearched) given.push(matcher.push(piece));
    else {
      matcher.passOver();
      given.push(piece);
    }
  }
  if (!matcher.hasMatched) given.push(matcher.end());
  return { given, text: given.join(''), matcher };
}

const PIECES = ['The', ' sky', ' is', ' blue', '.'];

/** Each row: stop sequences, what is given out with each token and at the end, tokens counted. */
const CUTS: readonly (readonly [readonly string[], readonly string[], number])[] = [
  [['.'], ['The', ' sky', ' is', ' blue', ''], 4],
  [[' is'], ['The', ' sky', ''], 2],
  [['is'], ['The', ' sky', ' '], 3],
  [['s b'], ['The', ' sky', '', ' i'], 3],
  [['The'], [''], 0],
  [['blue', 'sky'], ['The', ' '], 2],
  [['sky is blue.', 'is'], ['The', '', ' sky '], 3],
  [['ky', 'sky'], ['The', ' '], 2],
  [['green'], ['The', ' sky', ' is', ' blue', '.', ''], 5],
  [[' is green'], ['The', ' sky', '', ' is blue', '.', ''], 5],
  [['e.!'], ['', 'The sky', ' is', '', '', ' blue.'], 5],
  [['e sky?'], ['', '', 'The sky is', '', ' blue.', ''], 5],
  [['e sk'], ['', 'Th'], 1],
];

test('the text ends before the sequence that is complete first, and no part of it is sent', () => {
  for (const [stops, given, tokens] of CUTS) {
    const { given: got, matcher } = run(PIECES, stops);
    assert.deepEqual(got, given, stops.join());
    assert.equal(matcher.tokens, tokens, stops.join());
    assert.equal(matcher.hasMatched, given.join('') !== PIECES.join(''));
  }
});

test('the sequence that has ended the text is known', () => {
  assert.equal(run(PIECES, ['sky is blue.', 'is']).matcher.match, 'is');
  assert.equal(run(PIECES, ['ky', 'sky', 'y']).matcher.match, 'sky');
  assert.equal(run(PIECES, ['green']).matcher.match, undefined);
});

test('a match that begins in the tokens that are not searched is none', () => {
  assert.equal(run(['a', 'b', 'a', 'b'], ['a'], 1).text, 'ab');
  assert.equal(run(['a', 'b', 'a', 'b'], ['ab'], 3).matcher.hasMatched, false);
  assert.equal(run(['a', 'b'], ['b'], 5).matcher.hasMatched, false);
});

const LETTERS = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 4 });

test('what is given out is all that cannot belong to a match, after every token', () => {
  const pieces = fc.array(LETTERS, { maxLength: 12 });
  const stops = fc.array(LETTERS, { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(pieces, stops, fc.nat(3), (all, patterns, unsearched) => {
      const { given, text, matcher } = run(all, patterns, unsearched);
      const whole = all.join('');
      const from = all.slice(0, unsearched).join('').length;
      const match = firstComplete(whole, patterns, from);
      assert.equal(matcher.hasMatched, match !== undefined);
      assert.equal(text, whole.slice(0, match?.begin));
      let known = '';
      let sent = '';
      for (const [index, piece] of all.entries()) {
        known += piece;
        sent += given[index] ?? '';
        if (match !== undefined && known.length >= match.end) break;
        const free = known.length - longestStart(known, patterns, from);
        assert.equal(sent, all.slice(0, wholeTokens(all, free)).join(''));
      }
      assertCounted(all, text.length, matcher);
    }),
    { numRuns: 1000 },
  );
});

/** The match whose last character comes first, and of several there the longest. */
function firstComplete(text: string, patterns: readonly string[], from: number) {
  for (let end = from + 1; end <= text.length; end++) {
    const searched = text.slice(from, end);
    const lengths = patterns.filter((each) => searched.endsWith(each)).map((each) => each.length);
    if (lengths.length > 0) return { begin: end - Math.max(...lengths), end };
  }
  return undefined;
}

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

/** How many tokens lie in the first `length` characters whole. */
function wholeTokens(pieces: readonly string[], length: number): number {
  let tokens = 0;
  let end = 0;
  for (const piece of pieces) {
    end += piece.length;
    if (end > length) break;
    tokens++;
  }
  return tokens;
}

/** Tokens are counted that were sent whole or in part, and what was cut of the last is known. */
function assertCounted(pieces: readonly string[], length: number, matcher: StopMatcher): void {
  let tokens = 0;
  let end = 0;
  while (end < length) end += pieces[tokens++]?.length ?? Infinity;
  assert.equal(matcher.tokens, tokens);
  assert.equal(matcher.cutCharacters, end - length);
}

test('a text that nearly matches all the time costs a few comparisons for each character', () => {
  let compared = 0;
  const stop = new (class extends String {
    override charCodeAt(at: number): number {
      compared++;
      return super.charCodeAt(at);
    }
  })(`${'a'.repeat(1000)}b`);
  const sequences = new StopSequences([stop as string], 0);
  const matcher = new StopMatcher(sequences);
  compared = 0;
  for (let token = 0; token < 10_000; token++) matcher.push('aaaa');
  assert.ok(compared <= 4 * 40_000, `${compared} comparisons for 40,000 characters`);
});
