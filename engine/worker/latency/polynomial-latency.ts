import { type LatencyModel, type LatencyOf, wholeStepUs } from './latency-model.ts';
import type { StepShape } from './step-shape.ts';

/**
 * The latency of the mocker of NVIDIA Dynamo: prefill a t² + b t + c ms of t new tokens, decode
 * max(min, d p² + e p + f) ms at cache use p. It has no draws. The first token costs a decode too.
 */
export class PolynomialLatency implements LatencyModel {
  readonly hasNoGaps = false;
  readonly #config: LatencyOf<'polynomial'>;

  constructor(config: LatencyOf<'polynomial'>) {
    this.#config = config;
  }

  stepUs(step: StepShape): number {
    const prefillMs = step.chunks > 0 ? this.#prefillMs(step) : 0;
    const decodeMs = step.decodes > 0 ? this.#decodeMs(step) : 0;
    return wholeStepUs(1000 * (prefillMs + decodeMs));
  }

  ttftUs(step: StepShape): number {
    return Math.round(1000 * (this.#prefillMs(step) + this.#decodeMs(step)));
  }

  itlUs(step: StepShape): number {
    return Math.round(1000 * this.#decodeMs(step));
  }

  #prefillMs(step: StepShape): number {
    const [square, linear, base] = this.#config.prefillMs;
    const tokens = step.prefillTokens;
    return (square * tokens + linear) * tokens + base;
  }

  #decodeMs(step: StepShape): number {
    const [square, linear, base] = this.#config.decodeMs;
    const use = step.cacheUse;
    return Math.max(this.#config.decodeMinMs, (square * use + linear) * use + base);
  }
}
