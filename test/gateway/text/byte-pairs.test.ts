import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BytePairs } from '../../../gateway/text/byte-pairs.ts';
import { TokenBuffer } from '../../../gateway/text/token-buffer.ts';
import { fc } from '../../support/property.ts';

// A small vocabulary with overlapping merges, and with tokens of a single byte.
const VOCABULARY = [
  'a',
  'b',
  'c',
  'ab',
  'bc',
  'aa',
  'abc',
  'aaa',
  'aaaa',
  'cab',
  'bb',
  'bbc',
  'ccc',
];

function encode(piece: string): number[] {
  const out = new TokenBuffer();
  pairs.encode(piece, out);
  return [...out.ids.subarray(0, out.length)];
}

const pairs = new BytePairs(VOCABULARY);

/** The definition: join the leftmost pair of lowest rank until there is none. */
function model(piece: string): number[] {
  const whole = VOCABULARY.indexOf(piece);
  if (whole >= 0) return [whole];
  const parts = [...piece];
  for (;;) {
    let best = -1;
    let bestRank = VOCABULARY.length;
    for (let i = 0; i + 1 < parts.length; i++) {
      const rank = VOCABULARY.indexOf(`${parts[i]}${parts[i + 1]}`);
      if (rank >= 0 && rank < bestRank) [best, bestRank] = [i, rank];
    }
    if (best < 0) return parts.map((part) => VOCABULARY.indexOf(part));
    parts.splice(best, 2, `${parts[best]}${parts[best + 1]}`);
  }
}

test('the leftmost pair of lowest id is joined first', () => {
  assert.deepEqual(encode('abab'), [3, 3]);
  assert.deepEqual(encode('aaaaa'), model('aaaaa'));
});

test('any piece has the tokens of the definition', () => {
  const piece = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(piece, (value) => {
      assert.deepEqual(encode(value), model(value));
    }),
    { numRuns: 300 },
  );
});

test('a vocabulary may hold bytes that are no text', () => {
  const bytes = new BytePairs([[0xe4], [0xb8], [0xad], [0xe4, 0xb8], '中']);
  const out = new TokenBuffer();
  bytes.encode('\xe4\xb8\xad', out);
  bytes.encode('\xe4\xb8', out);
  bytes.encode('\xad\xe4\xb8', out);
  assert.deepEqual([...out.ids.subarray(0, out.length)], [4, 3, 2, 3]);
});

test('ids that are missing in the vocabulary are skipped', () => {
  const sparse: (string | number[])[] = [];
  sparse[3] = 'a';
  sparse[9] = 'aa';
  const out = new TokenBuffer();
  new BytePairs(sparse).encode('aaa', out);
  assert.deepEqual([...out.ids.subarray(0, out.length)], [9, 3]);
});
