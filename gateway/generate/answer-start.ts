import type { Exchange } from '../http/exchange.ts';
import type { StopSequences } from '../text/stop-matcher.ts';
import type { PlannedPrompt } from './planned-prompt.ts';
import type { Usage } from './usage.ts';

/** What is known of an answer before it is placed. */
export interface AnswerStart {
  readonly exchange: Exchange;
  readonly prompts: readonly PlannedPrompt[];
  /** What errors call them. */
  readonly promptParam: string;
  /** What ends any of them early, or undefined for nothing. */
  readonly stop: StopSequences | undefined;
  readonly usage: Usage;
  /** Label of the model in the metrics. */
  readonly modelLabel: number;
  /** The limit that the request set on the answer, in tokens, or 0. */
  readonly outputLimit: number;
  /** Answers that are given to each prompt; it may have more plans. */
  readonly choicesPerPrompt: number;
  /** Tokens that model and workers have room for. */
  readonly window: number;
}
