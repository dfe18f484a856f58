import { combineSeeds, hashText } from '../../shared/rng.ts';

/** A longer run of letters is several words. */
const WORD = /[\p{L}\p{N}\p{M}_]{1,64}/gu;

/** A text, or the token ids of one. */
export type TextInput = string | readonly number[];

/** The seeds of a text's words in their order, whatever their case; each token id is a word. */
export function* wordSeeds(input: TextInput): Generator<number, void, undefined> {
  if (typeof input !== 'string') {
    for (const id of input) yield combineSeeds(id, TOKEN);
    return;
  }
  for (const [word] of input.matchAll(WORD)) yield hashText(word.toLowerCase());
}

/** The seed of a text as a whole. */
export function textSeed(input: TextInput): number {
  if (typeof input === 'string') return hashText(input);
  return input.reduce((seed, id) => combineSeeds(seed, id), TOKEN);
}

/** Keeps ids apart from words. */
const TOKEN = 0x746f6b;
