import { combineSeeds, hashText } from '../../shared/rng.ts';
import { wordsOf } from '../text/words.ts';

/** A text, or the token ids of one. */
export type TextInput = string | readonly number[];

/**
 * The seeds of a text's words in their order, whatever their case; each token id is a word. With
 * undefined after each stretch of a text: see `wordsOf`.
 */
export function* wordSeeds(input: TextInput): Generator<number | undefined, void, undefined> {
  if (typeof input !== 'string') {
    for (const id of input) yield combineSeeds(id, TOKEN);
    return;
  }
  for (const placed of wordsOf(input)) yield placed && hashText(placed.word.toLowerCase());
}

/** The seed of a text as a whole. */
export function textSeed(input: TextInput): number {
  if (typeof input === 'string') return hashText(input);
  return input.reduce((seed, id) => combineSeeds(seed, id), TOKEN);
}

/** Keeps ids apart from words. */
const TOKEN = 0x746f6b;
