import type { PromptHashes } from './answer-hashes.ts';
import type { AnswerPlan } from './answer-plan.ts';

/** One prompt of a request, read and hashed, and what is planned for it. */
export interface PlannedPrompt {
  readonly tokens: number;
  /** Tokens that the prompt cache knew. */
  readonly cachedTokens: number;
  /** Full blocks; 0 where nothing is cached. */
  readonly blocks: number;
  /** From which the hashes of each choice are made; undefined where `wholeHashes` are all. */
  readonly hashes: PromptHashes | undefined;
  /** Of prompt and answer, where that is a single short one. */
  readonly wholeHashes: Uint32Array;
  /** One for each answer. */
  readonly plans: readonly AnswerPlan[];
  /** The first token of one of its answers is out. */
  hasStarted: boolean;
}
