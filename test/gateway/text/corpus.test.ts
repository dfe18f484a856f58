import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, encode } from 'gpt-tokenizer/encoding/o200k_base';
import {
  closers,
  drawnSentences,
  firstPiece,
  following,
  opening,
  openingPiece,
  pieceEnd,
  pieceIds,
  pieces,
  SENTENCE_PIECES_MIN,
} from '../../../gateway/text/corpus.ts';
import { loadO200k } from '../../../gateway/text/o200k-tokenizer.ts';
import { SimpleTokenizer } from '../../../gateway/text/simple-tokenizer.ts';
import { TokenBuffer } from '../../../gateway/text/token-buffer.ts';

const sentences = [...opening.keys()];

function piecesOf(sentence: number): readonly string[] {
  return pieces.slice(firstPiece[sentence], firstPiece[sentence + 1]);
}

test('the corpus has at least 400 different sentences', () => {
  assert.ok(drawnSentences >= 400);
  assert.equal(new Set(opening).size, opening.length);
});

test('sentences are words of 1 to 12 ASCII letters and single punctuation marks', () => {
  for (const text of opening) {
    assert.match(text, /^[A-Z][a-z]{0,11}(?:[,;:]? [A-Za-z]{1,12})*[.?!]?$/);
    assert.equal(JSON.stringify(text), `"${text}"`);
  }
});

test('every sentence has exactly its pieces as o200k tokens, in the lead and after another one', () => {
  for (const sentence of sentences) {
    const expected = piecesOf(sentence);
    const after = encode(`Yes.${following[sentence]}`).slice(2);
    assert.deepEqual(
      after.map((id) => decode([id])),
      expected,
    );
    const lead = encode(opening[sentence] ?? '');
    assert.deepEqual(
      lead.map((id) => decode([id])),
      [openingPiece[sentence], ...expected.slice(1)],
    );
  }
});

test('every sentence has exactly its pieces as tokens of the simple tokenizer', () => {
  const tokenizer = new SimpleTokenizer();
  const ids = pieceIds('simple');
  const out = new TokenBuffer();
  for (const sentence of sentences) {
    out.clear();
    tokenizer.encode(opening[sentence] ?? '', out);
    const first = firstPiece[sentence] ?? 0;
    const found = out.ids.subarray(0, out.length);
    assert.deepEqual(found, ids.following.slice(first, firstPiece[sentence + 1]));
    assert.equal(ids.opening[sentence], found[0]);
  }
});

test('the ids for o200k are those that the tokenizer gives in place', async () => {
  await loadO200k();
  const ids = pieceIds('o200k');
  for (const sentence of sentences) {
    const first = firstPiece[sentence] ?? 0;
    const found = [...ids.following.subarray(first, firstPiece[sentence + 1])];
    assert.deepEqual(found, encode(following[sentence] ?? ''));
    assert.equal(ids.opening[sentence], encode(opening[sentence] ?? '')[0]);
  }
});

test('the ends of the pieces cut a sentence into its pieces', () => {
  for (const sentence of sentences) {
    const first = firstPiece[sentence] ?? 0;
    let start = 0;
    for (const [i, piece] of piecesOf(sentence).entries()) {
      const end = pieceEnd[first + i];
      assert.equal(following[sentence]?.slice(start, end), piece);
      start = end ?? 0;
    }
    assert.equal(start, following[sentence]?.length);
  }
});

test('there are two closers or more of every length up to the longest sentence', () => {
  for (const [length, group] of closers.entries()) {
    assert.ok(length === 0 || group.length >= 2, `closers of ${length} pieces`);
    for (const sentence of group) {
      assert.equal(piecesOf(sentence).length, length);
      if (length > 1) assert.equal(piecesOf(sentence).at(-1), '.');
    }
  }
});

test('only sentences that can stand in a running text are drawn', () => {
  for (const sentence of sentences) {
    const isLong = piecesOf(sentence).length >= SENTENCE_PIECES_MIN;
    assert.equal(isLong, sentence < drawnSentences);
    if (isLong) assert.match(opening[sentence] ?? '', /[.?!]$/);
  }
});
