import { wordsOf } from '../text/words.ts';

/** What may stand between the words of a phrase. */
const GAP_LENGTH_MAX = 8;
const GAP = new RegExp(`^[\\s'’-]{1,${GAP_LENGTH_MAX}}$`);
const ENDINGS = ['s', 'es', 'ed', 'ing', 'er'];

interface Phrase<Mark> {
  readonly words: readonly string[];
  readonly mark: Mark;
}

interface RecentWord {
  readonly word: string;
  readonly end: number;
  /** It can follow the word before it in a phrase. */
  readonly follows: boolean;
}

/**
 * Looks for words and phrases in texts, whatever their case. Only whole words count, the last one
 * of a phrase also with an ending: "killing" is kill, and "skill" is not.
 */
export class PhraseFinder<Mark> {
  /** By the last word. */
  readonly #phrases = new Map<string, Phrase<Mark>[]>();
  readonly #longest: number;

  /** `phrases` are in lower case. */
  constructor(phrases: Iterable<readonly [phrase: string, mark: Mark]>) {
    let longest = 1;
    for (const [phrase, mark] of phrases) {
      const words: string[] = [];
      for (const placed of wordsOf(phrase)) if (placed !== undefined) words.push(placed.word);
      const last = words.at(-1);
      if (last === undefined) continue;
      longest = Math.max(longest, words.length);
      const same = this.#phrases.get(last);
      if (same === undefined) this.#phrases.set(last, [{ words, mark }]);
      else same.push({ words, mark });
    }
    this.#longest = longest;
  }

  /** Adds the marks of what is found in `text` to `found`; yields after every few words. */
  *marks(text: string, found: Set<Mark>): Generator<void, void, undefined> {
    const recent: RecentWord[] = [];
    let seen = 0;
    for (const placed of wordsOf(text)) {
      if (placed !== undefined) {
        const { word, start } = placed;
        const end = recent.at(-1)?.end ?? start;
        const follows = GAP.test(text.slice(end, Math.min(start, end + GAP_LENGTH_MAX + 1)));
        recent.push({ word: word.toLowerCase(), end: start + word.length, follows });
        if (recent.length > this.#longest) recent.shift();
        this.#look(recent, found);
      }
      if (placed === undefined || ++seen % WORDS_AT_ONCE === 0) yield;
    }
  }

  #look(recent: readonly RecentWord[], found: Set<Mark>): void {
    const word = recent.at(-1)?.word ?? '';
    for (const stem of stemsOf(word)) {
      for (const { words, mark } of this.#phrases.get(stem) ?? []) {
        if (endsWith(recent, words)) found.add(mark);
      }
    }
  }
}

const WORDS_AT_ONCE = 64;

/** Whether all but the last of `words` stand before the last of `recent`. */
function endsWith(recent: readonly RecentWord[], words: readonly string[]): boolean {
  const start = recent.length - words.length;
  if (start < 0) return false;
  for (let at = 0; at < words.length - 1; at++) {
    if (recent[start + at]?.word !== words[at] || !recent[start + at + 1]?.follows) return false;
  }
  return true;
}

/** What a word may be a form of: itself, and without an ending, which may have taken an e. */
function stemsOf(word: string): string[] {
  const stems = [word];
  for (const ending of ENDINGS) {
    if (word.length <= ending.length || !word.endsWith(ending)) continue;
    const stem = word.slice(0, -ending.length);
    stems.push(stem, `${stem}e`);
  }
  return stems;
}
