import { combineSeeds, mix32 } from '../../shared/rng.ts';
import type { Model } from '../models/model-catalog.ts';
import { CorpusAnswer } from '../text/answer.ts';
import { reasoningTokens } from './reasoning.ts';
import type { Sampling } from './sampling.ts';

/** How long answers are that nothing else ends. */
export interface OutputLengths {
  readonly tokens: number;
  readonly variancePercent: number;
}

export type SegmentKind = 'reasoning' | 'text';

/** A part of an answer: numbers from which its text can be made whenever it is due. */
export class Segment {
  readonly kind: SegmentKind;
  readonly tokens: number;
  readonly #seed: number;
  readonly #endsNaturally: boolean;

  constructor(kind: SegmentKind, tokens: number, seed: number, endsNaturally: boolean) {
    this.kind = kind;
    this.tokens = tokens;
    this.#seed = seed;
    this.#endsNaturally = endsNaturally;
  }

  /** A reader of its own for each who reads at another place. */
  read(): CorpusAnswer {
    return new CorpusAnswer(this.#seed, this.tokens, this.#endsNaturally);
  }
}

/**
 * What is known of one answer before its first token is due: numbers only, so that a plan costs the
 * same for any length. Its text follows from the seed and is made as the tokens come out.
 *
 * The limit is what the request says, else the room. The natural length is uniform around the
 * configured mean, and at least `min_tokens`; an answer that reaches the limit ends with `length`.
 * `ignore_eos` means exactly the limit, or the configured mean where there is none. A stop sequence
 * may end it sooner. With a limit of 0 there is no answer: the prompt is computed, and that is all.
 */
export class AnswerPlan {
  /** Tokens until its natural end or its limit; 0 where only the prompt is to be computed. */
  readonly tokens: number;
  readonly endsNaturally: boolean;
  /** The answer's own, 32 bits. */
  readonly seed: number;
  /** What the tokens are, in order; the last one is text, and only without tokens empty. */
  readonly segments: readonly Segment[];

  /** `room` is what the context window leaves, in tokens. */
  constructor(
    sampling: Sampling,
    model: Model,
    lengths: OutputLengths,
    seed: number,
    room: number,
  ) {
    const limit = sampling.outputLimit ?? Math.max(1, room);
    const natural = Math.max(sampling.minTokens, naturalLength(lengths, seed));
    const wanted = sampling.ignoreEos ? (sampling.outputLimit ?? lengths.tokens) : natural;
    const thinks = sampling.enableThinking ?? model.reasoning;
    this.seed = seed;
    this.tokens = Math.min(wanted, limit);
    this.endsNaturally = !sampling.ignoreEos && natural < limit;
    const thought = thinks ? reasoningTokens(this.tokens, sampling.reasoningEffort) : 0;
    const text = new Segment('text', this.tokens - thought, seed, this.endsNaturally);
    this.segments =
      thought > 0 ? [new Segment('reasoning', thought, mix32(seed + 1), true), text] : [text];
  }
}

/** The seed of answer `choice` to a prompt. */
export function choiceSeed(promptSeed: number, choice: number): number {
  return choice === 0 ? promptSeed : combineSeeds(promptSeed, choice);
}

function naturalLength(lengths: OutputLengths, seed: number): number {
  const unit = mix32(seed ^ 0x6c656e67) / 4294967296;
  const factor = 1 + (lengths.variancePercent / 100) * (2 * unit - 1);
  return Math.max(1, Math.round(lengths.tokens * factor));
}
