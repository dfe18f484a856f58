import { assert } from '../../shared/assert.ts';
import { hashText } from '../../shared/rng.ts';
import { CLOSINGS } from './corpus-closings.ts';
import { NATURE } from './corpus-nature.ts';
import { loadedO200k } from './o200k-tokenizer.ts';
import { TokenBuffer } from './token-buffer.ts';
import type { TokenizerKind } from './tokenizer.ts';

/**
 * The sentences that answers are made of, cut into pieces: a word with the space before it, or a
 * punctuation mark. Every piece is exactly one token of o200k_base and of the simple tokenizer,
 * alone and in its place, so that a client that counts an answer again finds what `usage` says.
 * Words are ASCII letters, so no sentence needs escaping in JSON.
 */

/** Shorter sentences stand alone: they are never drawn into a longer answer. */
export const SENTENCE_PIECES_MIN = 4;

const drawn = [NATURE].flatMap(lines);
const sentences = [...drawn, ...lines(CLOSINGS)];

/** How many sentences a running answer draws from: the first ones of every table below. */
export const drawnSentences = drawn.length;

/** Each sentence as it follows another one, with a space before its first word. */
export const following: readonly string[] = sentences.map((text) => ` ${text}`);

/** Each sentence as it opens an answer. */
export const opening: readonly string[] = sentences;

/** The first piece of each sentence as it opens an answer. */
export const openingPiece: readonly string[] = sentences.map((text) => cut(text)[0] ?? '');

/** The pieces of all sentences of `following`, one sentence after the other. */
export const pieces: readonly string[] = intern(following.flatMap(cut));

/** Sentence s has the pieces `firstPiece[s]` to `firstPiece[s + 1] - 1` of `pieces`. */
export const firstPiece: Uint16Array = Uint16Array.from(cumulate(sentences.map(cut)));

/** Where each piece ends in its sentence of `following`, in characters. */
export const pieceEnd: Uint16Array = Uint16Array.from(
  following.flatMap((text) => cumulate(cut(text)).slice(1)),
);

/** `closers[n]`: the sentences of n pieces that may end an answer. */
export const closers: readonly Uint16Array[] = groupClosers();

/** Token ids of `pieces`, and of `openingPiece`, for one tokenizer. */
export interface PieceIds {
  readonly following: Uint32Array;
  readonly opening: Uint32Array;
}

const idsByKind = new Map<TokenizerKind, PieceIds>();

/** The ids that tokenizer gives the pieces. For `o200k`, `loadO200k` must have been awaited. */
export function pieceIds(kind: TokenizerKind): PieceIds {
  let ids = idsByKind.get(kind);
  if (ids === undefined) {
    const idOf = kind === 'simple' ? simpleId : o200kId;
    ids = {
      following: Uint32Array.from(pieces, idOf),
      opening: Uint32Array.from(openingPiece, idOf),
    };
    idsByKind.set(kind, ids);
  }
  return ids;
}

function simpleId(piece: string): number {
  return hashText(piece.trimStart());
}

function o200kId(piece: string): number {
  const out = new TokenBuffer(1);
  loadedO200k().encode(piece, out);
  assert(out.length === 1, `a piece of the corpus is one token: ${piece}`);
  return out.ids[0]!;
}

function lines(text: string): string[] {
  return text.trim().split('\n');
}

function cut(text: string): string[] {
  return text.match(/ ?[A-Za-z]+|[,.;:?!]/g) ?? [];
}

/** Equal pieces become one string, so that streaming one allocates nothing. */
function intern(all: readonly string[]): string[] {
  const known = new Map<string, string>();
  return all.map((piece) => known.get(piece) ?? (known.set(piece, piece), piece));
}

/** 0, and the running sums of the lengths. */
function cumulate(parts: readonly { readonly length: number }[]): number[] {
  const sums = [0];
  for (const part of parts) sums.push((sums.at(-1) ?? 0) + part.length);
  return sums;
}

function groupClosers(): Uint16Array[] {
  const groups: number[][] = [];
  for (const [sentence, text] of sentences.entries()) {
    const count = cut(text).length;
    if (count > 1 && !text.endsWith('.')) continue;
    while (groups.length <= count) groups.push([]);
    groups[count]?.push(sentence);
  }
  return groups.map((group) => Uint16Array.from(group));
}
