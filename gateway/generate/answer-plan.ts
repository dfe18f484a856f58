import { combineSeeds, mix32 } from '../../shared/rng.ts';
import type { Model } from '../models/model-catalog.ts';
import type { AnswerPart } from './answer-content.ts';
import type { FinishReason } from './finish.ts';
import { reasoningBefore, reasoningTokens } from './reasoning.ts';
import type { Sampling } from './sampling.ts';
import { CorpusSegment, GivenSegment, type Segment } from './segment.ts';

/** How long answers are that nothing else ends. */
export interface OutputLengths {
  readonly tokens: number;
  readonly variancePercent: number;
}

/**
 * What is known of one answer before its first token is due. Where it is text of the corpus that is
 * numbers only, so that a plan costs the same for any length: its text follows from the seed and is
 * made as the tokens come out.
 *
 * The limit is what the request says, else the room. The natural length is uniform around the
 * configured mean, and at least `min_tokens`; an answer that reaches the limit ends with `length`.
 * `ignore_eos` means exactly the limit, or the configured mean where there is none. A stop sequence
 * may end it sooner. With a limit of 0 there is no answer: the prompt is computed, and that is all.
 * What is given ends where it ends, or at the limit, whatever else is asked for.
 */
export class AnswerPlan {
  /** Tokens until its natural end or its limit; 0 where only the prompt is to be computed. */
  readonly tokens: number;
  readonly endsNaturally: boolean;
  /** All of it is text of the corpus. */
  readonly isPlain: boolean;
  /** What its natural end is called. */
  readonly naturalEnd: FinishReason;
  /** The answer's own, 32 bits. */
  readonly seed: number;
  /** What the tokens are, in order; the last one is text, and only without tokens empty. */
  readonly segments: readonly Segment[];

  private constructor(
    seed: number,
    segments: readonly Segment[],
    endsNaturally: boolean,
    naturalEnd: FinishReason,
  ) {
    let tokens = 0;
    for (const segment of segments) tokens += segment.tokens;
    this.seed = seed;
    this.segments = segments;
    this.tokens = tokens;
    this.endsNaturally = endsNaturally;
    this.isPlain = segments.every((segment) => segment.isPlain);
    this.naturalEnd = naturalEnd;
  }

  /** An answer of the corpus. `room` is what the context window leaves, in tokens. */
  static ofCorpus(
    sampling: Sampling,
    model: Pick<Model, 'reasoning'>,
    lengths: OutputLengths,
    seed: number,
    room: number,
  ): AnswerPlan {
    const limit = limitOf(sampling, room);
    const natural = Math.max(sampling.minTokens, naturalLength(lengths, seed));
    const wanted = sampling.ignoreEos ? (sampling.outputLimit ?? lengths.tokens) : natural;
    const tokens = Math.min(wanted, limit);
    const endsNaturally = !sampling.ignoreEos && natural < limit;
    const share = thinks(sampling, model) ? reasoningTokens(tokens, sampling.reasoningEffort) : 0;
    const thought = withinReason(share, sampling);
    const text = new CorpusSegment('text', tokens - thought, seed, endsNaturally);
    const segments = thought > 0 ? [thoughtOf(thought, seed), text] : [text];
    return new AnswerPlan(seed, segments, endsNaturally, 'stop');
  }

  /**
   * An answer of `parts`, behind what a model that reasons thinks before it. Its limit is not 0.
   */
  static ofParts(
    sampling: Sampling,
    model: Pick<Model, 'reasoning'>,
    parts: readonly AnswerPart[],
    naturalEnd: FinishReason,
    seed: number,
    room: number,
  ): AnswerPlan {
    const limit = limitOf(sampling, room);
    const effort = sampling.reasoningEffort;
    let given = 0;
    for (const { text } of parts) given += text.tokens;
    const share = thinks(sampling, model) ? reasoningBefore(given, effort) : 0;
    const whole = withinReason(share, sampling);
    const thought =
      whole + given <= limit ? whole : Math.min(whole, reasoningTokens(limit, effort));
    const segments: Segment[] = thought > 0 ? [thoughtOf(thought, seed)] : [];
    let left = limit - thought;
    for (const part of parts) {
      if (left === 0) break;
      const tokens = Math.min(left, part.text.tokens);
      segments.push(new GivenSegment(part.kind, part.text, tokens, part.call));
      left -= tokens;
    }
    return new AnswerPlan(seed, segments, thought + given <= limit, naturalEnd);
  }
}

function limitOf(sampling: Sampling, room: number): number {
  return sampling.outputLimit ?? Math.max(1, room);
}

function thinks(sampling: Sampling, model: Pick<Model, 'reasoning'>): boolean {
  return sampling.enableThinking ?? model.reasoning;
}

function withinReason(tokens: number, { reasoningLimit }: Sampling): number {
  return reasoningLimit === undefined ? tokens : Math.min(tokens, reasoningLimit);
}

function thoughtOf(tokens: number, seed: number): Segment {
  return new CorpusSegment('reasoning', tokens, mix32(seed + 1), true);
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
