import { combineSeeds, hashText } from '../../shared/rng.ts';
import { CATEGORIES } from './categories.ts';
import { PhraseFinder } from './phrase-finder.ts';

/** Scores of a text without a word of the category. */
const LEAST = 1e-6;
const MOST_WITHOUT = 1e-4;
/** Scores of a category whose child has a word in the text. */
const PARENT_LOW = 0.5;
const PARENT_HIGH = 0.7;

/** The score of each category, 0 to 1. */
export type CategoryScores = ReadonlyMap<string, number>;

const FINDER = new PhraseFinder<string>(
  CATEGORIES.flatMap(({ name, words }) => words.map((word) => [word, name] as const)),
);

/** Scores a text, the same on every server. Yields while there is more to do. */
export function* scoresOf(text: string): Generator<void, CategoryScores, undefined> {
  const found = new Set<string>();
  yield* FINDER.marks(text, found);
  const seed = hashText(text);
  const scores = new Map<string, number>();
  for (const { name, low, high, parent, needsParent } of CATEGORIES) {
    const isHit = found.has(name) && (!needsParent || found.has(parent ?? ''));
    const unit = unitOf(seed, name);
    scores.set(name, isHit ? between(low, high, unit) : between(LEAST, MOST_WITHOUT, unit));
    if (!isHit) found.delete(name);
  }
  for (const { name, parent } of CATEGORIES) {
    if (parent === undefined || !found.has(name)) continue;
    const lifted = between(PARENT_LOW, PARENT_HIGH, unitOf(seed, parent));
    scores.set(parent, Math.max(scores.get(parent) ?? 0, lifted));
  }
  return scores;
}

function between(low: number, high: number, unit: number): number {
  return low + (high - low) * unit;
}

/** In [0, 1), of a text and a category. */
function unitOf(seed: number, category: string): number {
  return combineSeeds(seed, hashText(category)) / 2 ** 32;
}
