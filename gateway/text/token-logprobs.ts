import { combineSeeds, mix32 } from '../../shared/rng.ts';
import { pieces } from './corpus.ts';

/**
 * Log probabilities of the tokens of an answer, made from its seed where somebody asks for them.
 * They are whole millionths, so that what is printed is what they are.
 */
const UNITS = 1e6;

/** How sure of a token a model is: up to that share of the tokens, and from where to where. */
const CONFIDENCES = [
  { upTo: 0.7, most: -0.001, least: -0.01 },
  { upTo: 0.95, most: -0.1, least: -0.5 },
  { upTo: 1, most: -1.5, least: -3 },
] as const;

/** Has no divisor in common with the number of pieces, so that its multiples reach all of them. */
const STRIDE = 389;
/** Each alternative is so much less likely than the one before it, at most and at least. */
const RATIO_MAX = 0.6;
const RATIO_MIN = 0.3;
/** Of what a token leaves for others to be likely, this is shared out. */
const SHARED = 0.9;

/** The different pieces of the corpus, once somebody needs them. */
let known: readonly string[] | undefined;

/** The log probability of token `at` of the answer of that seed: below 0. */
export function logprobOf(seed: number, at: number): number {
  const draw = combineSeeds(seed, at);
  const confidence = draw / 4294967296;
  const { most, least } = CONFIDENCES.find(({ upTo }) => confidence < upTo) ?? CONFIDENCES[0];
  return inUnits(most + (least - most) * (mix32(draw) / 4294967296));
}

/** Tokens of an answer by which it is compared with others. */
const COMPARED_TOKENS = 64;

/** The mean log probability of the first tokens of an answer of so many. */
export function meanLogprob(seed: number, tokens: number): number {
  const compared = Math.min(tokens, COMPARED_TOKENS);
  let sum = 0;
  for (let at = 0; at < compared; at++) sum += logprobOf(seed, at);
  return compared === 0 ? 0 : sum / compared;
}

/** A token, and how likely it was. */
export interface LikelyToken {
  readonly token: string;
  readonly logprob: number;
}

/**
 * The `count` likeliest tokens at that place, the chosen one first and the others falling; together
 * they are no likelier than 1. Those are pieces of the corpus, none twice.
 */
export function likeliestTokens(
  seed: number,
  at: number,
  chosen: string,
  count: number,
): LikelyToken[] {
  known ??= [...new Set(pieces)];
  if (count === 0) return [];
  const logprob = logprobOf(seed, at);
  const tokens: LikelyToken[] = [{ token: chosen, logprob }];
  const probability = Math.exp(logprob);
  const draw = mix32(combineSeeds(seed, at) + 1);
  const ratio = RATIO_MIN + (RATIO_MAX - RATIO_MIN) * (mix32(draw) / 4294967296);
  const first = SHARED * Math.min(probability, (1 - probability) * (1 - ratio));
  for (let step = 0, other = 0; tokens.length < count; step++) {
    const token = known[(draw + step * STRIDE) % known.length] ?? '';
    if (token === chosen) continue;
    tokens.push({ token, logprob: inUnits(Math.log(first) + other++ * Math.log(ratio)) });
  }
  return tokens;
}

function inUnits(logprob: number): number {
  return Math.floor(logprob * UNITS) / UNITS;
}
