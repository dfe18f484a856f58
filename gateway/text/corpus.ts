import { assert } from '../../shared/assert.ts';
import { hashText } from '../../shared/rng.ts';
import { CLOSINGS } from './corpus-closings.ts';
import { CRAFT } from './corpus-craft.ts';
import { LIFE } from './corpus-life.ts';
import { NATURE } from './corpus-nature.ts';
import { SCIENCE } from './corpus-science.ts';
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

const drawn = [NATURE, SCIENCE, CRAFT, LIFE].flatMap(lines);

/** How many sentences a running answer draws from: the first ones of every table below. */
export const drawnSentences = drawn.length;

/** Each sentence as it opens an answer. */
export const opening: readonly string[] = [...drawn, ...lines(CLOSINGS)];

/** Each sentence as it follows another one, with a space before its first word. */
export const following: readonly string[] = opening.map((text) => ` ${text}`);

const cuts = following.map((text) => text.match(/ ?[A-Za-z]+|[,.;:?!]/g) ?? []);

/** The first piece of each sentence as it opens an answer. */
export const openingPiece: readonly string[] = cuts.map((cut) => cut[0]!.slice(1));

/** The pieces of all sentences of `following`, one sentence after the other. */
export const pieces: readonly string[] = intern(cuts.flat());

/** Sentence s has the pieces `firstPiece[s]` to `firstPiece[s + 1] - 1` of `pieces`. */
export const firstPiece: Uint16Array = Uint16Array.from([0, ...runningSums(cuts)]);

/** Where each of `pieces` ends in its sentence of `following`, in characters. */
export const pieceEnd: Uint16Array = Uint16Array.from(cuts.flatMap(runningSums));

/** `closers[n]`: the sentences of n pieces that end with a full stop, or are a single word. */
export const closers: readonly Uint16Array[] = groupClosers();

/** The token ids that one tokenizer gives to `pieces` and to `openingPiece`. */
interface PieceIds {
  readonly following: Uint32Array;
  readonly opening: Uint32Array;
}

const idsByKind = new Map<TokenizerKind, PieceIds>();

/**
 * The ids of all pieces, made by the first call, which takes some milliseconds. For `o200k`,
 * `loadO200k` must have been awaited.
 */
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
  assert(out.length === 1, `every piece of the corpus is one token, also '${piece}'`);
  return out.ids[0]!;
}

function lines(text: string): string[] {
  return text.trim().split('\n');
}

/** Equal pieces become one string, so that streaming one allocates nothing. */
function intern(all: readonly string[]): string[] {
  const known = new Map(all.map((piece) => [piece, piece]));
  return all.map((piece) => known.get(piece)!);
}

/** The sum of the lengths up to and including each part. */
function runningSums(parts: readonly { readonly length: number }[]): number[] {
  let sum = 0;
  return parts.map((part) => {
    sum += part.length;
    return sum;
  });
}

function groupClosers(): Uint16Array[] {
  const longest = Math.max(...cuts.map((cut) => cut.length));
  const groups: number[][] = Array.from({ length: longest + 1 }, () => []);
  for (const [sentence, cut] of cuts.entries()) {
    if (cut.length === 1 || cut.at(-1) === '.') groups[cut.length]!.push(sentence);
  }
  return groups.map((group) => Uint16Array.from(group));
}
