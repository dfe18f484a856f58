import { combineSeeds } from '../../shared/rng.ts';
import { type TextInput, textSeed, wordSeeds } from './text-words.ts';
import { addWordVector } from './word-vector.ts';

/** Values, and words, that are added at once: some 20 us. */
const VALUES_AT_ONCE = 6144;
const WORDS_AT_ONCE = 64;
/** What tells apart two texts of the same words. */
const WHOLE_TEXT_WEIGHT = 0.05;
/** Values are multiples of this, so that they are short as decimals. */
const STEP = 1e-9;

/**
 * The vector of a text, a sum over its words, so that texts which share words lie closer than those
 * that do not, with a small part of the whole text. It is of length 1, and for equal text and
 * dimensions always the same. Made piece by piece: of a long text it takes some milliseconds.
 */
export class Embedding {
  readonly #sum: Float32Array;
  readonly #words: Iterator<number | undefined, void, undefined>;
  readonly #wordsAtOnce: number;

  constructor(input: TextInput, dimensions: number) {
    this.#sum = new Float32Array(dimensions);
    this.#words = wordSeeds(input);
    this.#wordsAtOnce = Math.min(WORDS_AT_ONCE, Math.ceil(VALUES_AT_ONCE / dimensions));
    addWordVector(this.#sum, combineSeeds(textSeed(input), dimensions), WHOLE_TEXT_WEIGHT);
  }

  /** Adds some words. True once all are in it: see `vector`. */
  next(): boolean {
    for (let left = this.#wordsAtOnce; left > 0; left--) {
      const { value, done } = this.#words.next();
      if (done) return true;
      if (value === undefined) return false;
      addWordVector(this.#sum, combineSeeds(value, this.#sum.length));
    }
    return false;
  }

  /** Once, when all words are in it. */
  vector(): Float32Array {
    const sum = this.#sum;
    let squares = 0;
    for (let at = 0; at < sum.length; at++) squares += sum[at]! * sum[at]!;
    const factor = 1 / (Math.sqrt(squares) * STEP);
    for (let at = 0; at < sum.length; at++) sum[at] = Math.round(sum[at]! * factor) * STEP;
    return sum;
  }
}
