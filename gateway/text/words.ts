import { partEnd } from './text-parts.ts';

/** A run of letters, digits and marks; a longer one is several. */
const WORD = /[\p{L}\p{N}\p{M}_]{1,64}/gu;
/** Characters that are searched at once: some 100 us where there is no word in them. */
const PART_LENGTH = 4096;

/** A word of a text, and where it begins. */
export interface PlacedWord {
  readonly word: string;
  readonly start: number;
}

/**
 * The words of a text in their order, with undefined after each stretch of it, so that whoever
 * goes through them can pause in a text without words.
 */
export function* wordsOf(text: string): Generator<PlacedWord | undefined, void, undefined> {
  for (let at = 0; at < text.length; ) {
    const end = partEnd(text, at, PART_LENGTH);
    for (const { 0: word, index } of text.slice(at, end).matchAll(WORD)) {
      yield { word, start: at + index };
    }
    at = end;
    yield undefined;
  }
}
