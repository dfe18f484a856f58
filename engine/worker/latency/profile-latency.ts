import { normal } from './draws.ts';
import { type LatencyModel, type LatencyOf, wholeStepUs } from './latency-model.ts';
import type { StepShape } from './step-shape.ts';

/** Tokens of a prompt whose prefill the mean time to first token includes. */
const TOKENS_INCLUDED = 100;

/**
 * The latency of a hosted model, with n sequences that run on the worker:
 * TTFT = max(1, N(mean, sd)) · (1 + 0.02 max(0, n - 50)) + scale · max(0, uncached - 100) / prefill
 * rate, ITL = max(0.5, N(mean, sd)) · (1 + 0.005 max(0, n - 20)) ms. A step adds a mean TTFT for
 * each prefill that begins, all tokens at their rate, and one mean gap if any sequence decodes.
 */
export class ProfileLatency implements LatencyModel {
  readonly hasNoGaps = false;
  readonly #config: LatencyOf<'profile'>;

  constructor(config: LatencyOf<'profile'>) {
    this.#config = config;
  }

  stepUs(step: StepShape): number {
    const { ttftMs, itlMs } = this.#config;
    const startsUs = 1000 * ttftMs * step.starts * prefillLoad(step.running);
    const prefillUs = startsUs + this.#tokensUs(step.prefillTokens);
    const decodeUs = 1000 * itlMs * decodeLoad(step.running);
    return wholeStepUs(prefillUs + (step.decodes > 0 ? decodeUs : 0));
  }

  ttftUs(step: StepShape, streams: Uint32Array, stream: number): number {
    const { ttftMs, ttftDeviationMs } = this.#config;
    const baseMs = Math.max(1, normal(ttftMs, ttftDeviationMs, streams, stream));
    const tokens = step.scale[0]! * Math.max(0, step.newTokens[0]! - TOKENS_INCLUDED);
    return Math.round(1000 * baseMs * prefillLoad(step.running) + this.#tokensUs(tokens));
  }

  itlUs(step: StepShape, streams: Uint32Array, stream: number): number {
    const { itlMs, itlDeviationMs } = this.#config;
    const baseMs = Math.max(0.5, normal(itlMs, itlDeviationMs, streams, stream));
    return Math.round(1000 * baseMs * decodeLoad(step.running));
  }

  #tokensUs(tokens: number): number {
    return (1e6 * tokens) / this.#config.prefillTokensPerSecond;
  }
}

function prefillLoad(running: number): number {
  return 1 + 0.02 * Math.max(0, running - 50);
}

function decodeLoad(running: number): number {
  return 1 + 0.005 * Math.max(0, running - 20);
}
