import type { WorkerId } from '../../shared/ids.ts';
import type { Model } from '../models/model-catalog.ts';
import type { Prompt } from '../prompt/prompt.ts';
import type { AnswerContent } from './answer-content.ts';
import type { AnswerEncoder } from './answer-encoder.ts';
import type { Sampling } from './sampling.ts';

/** What workers are to generate, for any endpoint: checked, but for the length of the prompts. */
export interface Generation {
  readonly model: Model;
  /** Each gets answers of its own, which are choices of the one answer. */
  readonly prompts: readonly Prompt[];
  /** Characters of the prompts that were not in the body of the request; absent: none. */
  readonly rememberedLength?: number;
  /** What errors call the prompts. */
  readonly promptParam: string;
  readonly sampling: Sampling;
  /** What answers are made of; text of the corpus if it is not said. */
  readonly content?: AnswerContent | undefined;
  readonly encoder: AnswerEncoder;
  /** Lower is served first. */
  readonly priority: number;
  /** Requests with different salts share no blocks. */
  readonly cacheSalt: string;
  readonly sessionKey: number | undefined;
  /** The worker that must serve it. */
  readonly pinned: WorkerId | undefined;
}
