import type { QuantileTable } from './draws.ts';

/**
 * Quantiles of Mooncake's conversation trace (FAST'25). Sessions are not in the trace; they were
 * found by following each prompt to the last one before it that shares its longest prefix, if that
 * is more than the block that all prompts share.
 */

/** Prompt tokens of a session's first turn. */
export const FIRST_TOKENS: QuantileTable = {
  shares: [
    0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.97,
    0.98, 0.99, 0.995, 1,
  ],
  values: [
    891, 897, 905, 943, 1092, 1336, 1756, 2767, 3914, 5264, 7417, 10_775, 13_056, 15_871, 19_453,
    25_561, 38_538, 51_792, 67_212, 89_869, 111_800, 126_195,
  ],
};

/** Tokens that the second prompt has beyond the first prompt and its answer. */
export const SECOND_GROWTH: QuantileTable = {
  shares: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99, 1],
  values: [0, 1, 8, 12, 21, 35, 143, 548, 1591, 3325, 4144, 5580, 8693, 14_224, 21_401, 60_000],
};

/** The same for every later prompt against the one before it. */
export const LATER_GROWTH: QuantileTable = {
  shares: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99, 1],
  values: [0, 5, 8, 11, 15, 23, 39, 88, 144, 269, 547, 2098, 5311, 9204, 13_591, 38_787],
};

/** Share of the previous prompt that a rewritten history keeps. */
export const KEPT_SHARE: QuantileTable = {
  shares: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 1],
  values: [0.03, 0.069, 0.099, 0.131, 0.174, 0.218, 0.292, 0.404, 0.54, 0.745, 0.889, 0.99],
};

/** Length of a prompt with a rewritten history, over the previous prompt and its answer. */
export const REWRITTEN_LENGTH: QuantileTable = {
  shares: [0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1],
  values: [0.17, 0.49, 0.59, 0.71, 0.82, 0.91, 0.97, 1, 1.05, 1.14, 1.35, 1.66, 3],
};

/** Seconds from one arrival of a session to the next. */
export const GAP_SECONDS: QuantileTable = {
  shares: [0, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 1],
  values: [6, 12, 30, 42, 60, 75, 96, 123, 162, 222, 318, 483, 618, 1032, 1482, 3030],
};

export const OUTPUT_TOKENS: QuantileTable = {
  shares: [
    0, 0.01, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995,
    0.998, 1,
  ],
  values: [
    1, 3, 10, 24, 46, 100, 156, 213, 291, 350, 399, 447, 504, 597, 698, 893, 1120, 1570, 2000, 2000,
  ],
};

/** From this turn on, sessions are faster by this factor on the gaps. */
export const LATE_TURN = 4;
export const LATE_TURN_PACE = 0.75;

/** Chance of another turn after turn 0, 1, ... of a session; the last one holds from there on. */
export const NEXT_TURN = [0.42, 0.47, 0.6, 0.7, 0.7, 0.78, 0.78, 0.78, 0.9];

/** A prompt below this is little more than the system prompt, and seldom continued. */
export const SHORT_PROMPT_TOKENS = 1024;
export const SHORT_NEXT_TURN = 0.02;

/** From this length on, prompts are continued less often, by this factor. */
export const LONG_PROMPT_TOKENS = 32_768;
export const LONG_NEXT_TURN = 0.7;

/** Chance that a turn rewrites the history after a prompt shorter than this. */
export const REWRITE_PROMPT_TOKENS = 8192;
export const SHORT_REWRITE = 0.03;

/**
 * The same after a longer prompt: for the second turn, after a turn that did, and after one that
 * did not. A turn that rewrites again keeps as much as the one before it: documents stay, talk
 * goes.
 */
export const SECOND_REWRITE = 0.29;
export const REPEATED_REWRITE = 0.76;
export const LATER_REWRITE = 0.1;

/** Share of later turns that repeat the previous prompt as it was. */
export const RETRY_SHARE = 0.027;
