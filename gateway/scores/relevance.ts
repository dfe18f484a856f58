import { combineSeeds } from '../../shared/rng.ts';
import { textSeed, wordSeeds } from '../vectors/text-words.ts';

const WORDS_AT_ONCE = 64;
/** A passage with all words of the query has so much more than one with none. */
const WORDS_WEIGHT = 10;
const LOWEST = -5;

/** How well passages fit a query: a logit between -6 and 6. */
export class Relevance {
  readonly #words = new Set<number>();
  readonly #seed: number;

  private constructor(query: string) {
    this.#seed = textSeed(query);
  }

  /** To `query`. Yields while there is more to do. */
  static *to(query: string): Generator<void, Relevance, undefined> {
    const relevance = new Relevance(query);
    let seen = 0;
    for (const word of wordSeeds(query)) {
      if (word !== undefined) relevance.#words.add(word);
      if (word === undefined || ++seen % WORDS_AT_ONCE === 0) yield;
    }
    return relevance;
  }

  /** The more of the query's words are in it, the higher. Yields while there is more to do. */
  *logitOf(passage: string): Generator<void, number, undefined> {
    const found = new Set<number>();
    let seen = 0;
    for (const word of wordSeeds(passage)) {
      if (word !== undefined && this.#words.has(word)) found.add(word);
      if (word === undefined || ++seen % WORDS_AT_ONCE === 0) yield;
    }
    const share = found.size / Math.max(1, this.#words.size);
    const noise = (2 * combineSeeds(this.#seed, textSeed(passage))) / 2 ** 32 - 1;
    return WORDS_WEIGHT * share + LOWEST + noise;
  }
}
