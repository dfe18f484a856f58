import type { ReasoningEffort } from './reasoning.ts';

/** What decides how long answers are and where they end. */
export interface Sampling {
  /** The most tokens of an answer, if the request says so; 0 if only its prompt is computed. */
  readonly outputLimit: number | undefined;
  readonly minTokens: number;
  readonly ignoreEos: boolean;
  /** Number of answers to each prompt. */
  readonly choices: number;
  /** Answers that are generated for each, of which the likeliest are given; absent: `choices`. */
  readonly candidates?: number | undefined;
  /** At most four, none empty. */
  readonly stop: readonly string[];
  readonly seed: number | undefined;
  /** Equal requests get equal answers. */
  readonly repeatable: boolean;
  readonly reasoningEffort: ReasoningEffort | undefined;
  /** The most tokens of an answer that are reasoning, if the request says so. */
  readonly reasoningLimit?: number | undefined;
  /** Turns reasoning on or off whatever the model. */
  readonly enableThinking: boolean | undefined;
}
