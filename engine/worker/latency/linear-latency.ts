import { clampedNormal } from './draws.ts';
import { type LatencyModel, type LatencyOf, wholeStepUs } from './latency-model.ts';
import type { StepShape } from './step-shape.ts';

/**
 * The latency of llm-d-inference-sim: TTFT = (overhead + scale · uncached · per token) · load(n),
 * ITL = itl · load(n), and load(n) = 1 + (factor - 1)(n - 1) / (max_num_seqs - 1) of n sequences
 * that run. Draws are normal, cut off at 0.3 and 1.7 of the mean. A step costs an overhead for each
 * prefill that begins, its tokens, and one gap if any sequence decodes.
 */
export class LinearLatency implements LatencyModel {
  readonly hasNoGaps = false;
  readonly #config: LatencyOf<'linear'>;
  readonly #maxNumSeqs: number;

  constructor(config: LatencyOf<'linear'>, maxNumSeqs: number) {
    this.#config = config;
    this.#maxNumSeqs = maxNumSeqs;
  }

  stepUs(step: StepShape): number {
    const decodeUs = step.decodes > 0 ? this.#config.itlUs : 0;
    return wholeStepUs((this.#prefillUs(step) + decodeUs) * this.#load(step.running));
  }

  ttftUs(step: StepShape, streams: Uint32Array, stream: number): number {
    const meanUs = this.#prefillUs(step) * this.#load(step.running);
    const { prefillDeviationPercent } = this.#config;
    return Math.round(clampedNormal(meanUs, prefillDeviationPercent, streams, stream));
  }

  itlUs(step: StepShape, streams: Uint32Array, stream: number): number {
    const { itlUs, itlDeviationPercent } = this.#config;
    const meanUs = itlUs * this.#load(step.running);
    return Math.round(clampedNormal(meanUs, itlDeviationPercent, streams, stream));
  }

  #prefillUs(step: StepShape): number {
    const { prefillOverheadUs, prefillUsPerToken } = this.#config;
    return prefillOverheadUs * step.starts + prefillUsPerToken * step.prefillTokens;
  }

  #load(running: number): number {
    if (this.#maxNumSeqs <= 1) return 1;
    return 1 + ((this.#config.loadFactor - 1) * (running - 1)) / (this.#maxNumSeqs - 1);
  }
}
