import { combineSeeds, mix32 } from '../../shared/rng.ts';
import type { ChatRequest } from '../api/openai/chat-request.ts';
import type { Model } from '../models/model-catalog.ts';
import { CorpusAnswer } from '../text/answer.ts';
import { reasoningTokens } from './reasoning.ts';

/** How long answers are that nothing else ends. */
export interface OutputLengths {
  readonly tokens: number;
  readonly variancePercent: number;
}

/**
 * What is known of one answer before its first token is due: numbers only, so that a plan costs the
 * same for any length. Its text follows from the seed and is made as the tokens come out.
 *
 * The limit is what the request says, else the room. The natural length is uniform around the
 * configured mean, and at least `min_tokens`; an answer that reaches the limit ends with `length`.
 * `ignore_eos` means exactly the limit, or the configured mean where there is none. A stop sequence
 * may end it sooner.
 */
export class AnswerPlan {
  /** Tokens until its natural end or its limit, at least 1; reasoning comes first. */
  readonly tokens: number;
  readonly reasoningTokens: number;
  readonly endsNaturally: boolean;
  /** The answer's own, 32 bits. */
  readonly seed: number;

  /** `room` is what the context window leaves, in tokens. */
  constructor(
    request: ChatRequest,
    model: Model,
    lengths: OutputLengths,
    seed: number,
    room: number,
  ) {
    const limit = Math.max(1, request.outputLimit ?? room);
    const natural = Math.max(request.minTokens, naturalLength(lengths, seed));
    const wanted = request.ignoreEos ? (request.outputLimit ?? lengths.tokens) : natural;
    const thinks = request.enableThinking ?? model.reasoning;
    this.seed = seed;
    this.tokens = Math.min(wanted, limit);
    this.endsNaturally = !request.ignoreEos && natural < limit;
    this.reasoningTokens = thinks ? reasoningTokens(this.tokens, request.reasoningEffort) : 0;
  }

  /** A reader of the reasoning. */
  reasoning(): CorpusAnswer {
    return new CorpusAnswer(mix32(this.seed + 1), this.reasoningTokens, true);
  }

  /** A reader of what comes after the reasoning. */
  content(): CorpusAnswer {
    return new CorpusAnswer(this.seed, this.tokens - this.reasoningTokens, this.endsNaturally);
  }
}

/** The seed of answer `choice` of a request. */
export function choiceSeed(requestSeed: number, choice: number): number {
  return choice === 0 ? requestSeed : combineSeeds(requestSeed, choice);
}

function naturalLength(lengths: OutputLengths, seed: number): number {
  const unit = mix32(seed ^ 0x6c656e67) / 4294967296;
  const factor = 1 + (lengths.variancePercent / 100) * (2 * unit - 1);
  return Math.max(1, Math.round(lengths.tokens * factor));
}
