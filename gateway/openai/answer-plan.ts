import { combineSeeds, mix32 } from '../../shared/rng.ts';
import { CorpusAnswer } from '../text/answer.ts';
import type { TokenBuffer } from '../text/token-buffer.ts';
import type { TokenizerKind } from '../text/tokenizer.ts';
import type { ChatRequest } from './chat-request.ts';
import type { FinishReason } from './chat-response.ts';
import type { Model } from './models.ts';
import { reasoningTokens } from './reasoning.ts';
import { type AnswerText, AnswerUntilStop } from './stop-matcher.ts';

/** How long answers are that nothing else ends. */
export interface OutputLengths {
  readonly tokens: number;
  readonly variancePercent: number;
}

/** One answer as it will be sent: known whole before the first token is due. */
export class AnswerPlan {
  /** Tokens to send, reasoning first. */
  readonly tokens: number;
  readonly reasoningTokens: number;
  readonly finishReason: FinishReason;
  readonly #reasoning: CorpusAnswer | undefined;
  readonly #content: AnswerText;
  readonly #whole: CorpusAnswer;

  /** `seed` is the answer's own, 32 bits; `room` what the context window leaves, in tokens. */
  constructor(
    request: ChatRequest,
    model: Model,
    lengths: OutputLengths,
    seed: number,
    room: number,
  ) {
    const { tokens: total, endsNaturally } = answerLength(request, lengths, seed, room);
    const thinks = request.enableThinking ?? model.reasoning;
    const thought = thinks ? reasoningTokens(total, request.reasoningEffort) : 0;
    if (thought > 0) this.#reasoning = new CorpusAnswer(mix32(seed + 1), thought, true);
    this.#whole = new CorpusAnswer(seed, total - thought, endsNaturally);
    this.#content = this.#whole;
    this.finishReason = endsNaturally ? 'stop' : 'length';
    if (request.stop.length > 0) {
      const skipped = Math.max(0, request.minTokens - thought);
      const cut = new AnswerUntilStop(this.#whole, request.stop, skipped);
      if (cut.stopped) this.finishReason = 'stop';
      this.#content = cut;
    }
    this.reasoningTokens = thought;
    this.tokens = thought + this.#content.tokens;
  }

  /** The whole answer's reasoning, or undefined where there is none. */
  get reasoningText(): string | undefined {
    return this.#reasoning?.text(0, this.reasoningTokens);
  }

  /** The whole answer. */
  get contentText(): string {
    return this.#content.text(0, this.#content.tokens);
  }

  /** Text of reasoning token `index`. */
  reasoningPiece(index: number): string {
    return this.#reasoning?.piece(index) ?? '';
  }

  /** What is sent with content token `index`, counted from the end of the reasoning. */
  contentPiece(index: number): string {
    return this.#content.piece(index);
  }

  /** Appends the ids that the tokenizer gives to the text, so that a next turn finds its blocks. */
  appendIds(out: TokenBuffer, kind: TokenizerKind): void {
    this.#reasoning?.appendIds(out, kind);
    this.#whole.appendIds(out, kind);
  }
}

/** How long an answer is that no stop sequence cuts, and whether that is its natural end. */
export interface AnswerLength {
  readonly tokens: number;
  readonly endsNaturally: boolean;
}

/**
 * The length of the answer that an `AnswerPlan` of the same arguments plans.
 *
 * The limit is what the request says, else the room. The natural length is uniform around the
 * configured mean, and at least `min_tokens`; an answer that reaches the limit ends with
 * `length`. `ignore_eos` means exactly the limit, or the configured mean where there is none.
 */
export function answerLength(
  request: ChatRequest,
  lengths: OutputLengths,
  seed: number,
  room: number,
): AnswerLength {
  const limit = Math.max(1, request.outputLimit ?? room);
  const natural = Math.max(request.minTokens, naturalLength(lengths, seed));
  const wanted = request.ignoreEos ? (request.outputLimit ?? lengths.tokens) : natural;
  const endsNaturally = !request.ignoreEos && natural < limit;
  return { tokens: Math.min(wanted, limit), endsNaturally };
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
