import { uniform } from './draws.ts';
import { type LatencyModel, type LatencyOf, wholeStepUs } from './latency-model.ts';
import type { StepShape } from './step-shape.ts';

/**
 * Fixed times, whatever the load. Of the time to first token the share f is fixed, the rest goes
 * with the part of the prompt that is not cached: TTFT (f + (1 - f) · scale · uncached / prompt).
 * Draws are uniform in m (1 ± v/100). A step adds up its prefills, and one gap if any decodes.
 */
export class ConstantLatency implements LatencyModel {
  readonly hasNoGaps: boolean;
  readonly #config: LatencyOf<'constant'>;

  constructor(config: LatencyOf<'constant'>) {
    this.#config = config;
    this.hasNoGaps = config.itlUs === 0;
  }

  stepUs(step: StepShape): number {
    const { ttftUs, itlUs, ttftFixedShare: fixed } = this.#config;
    const prefill = ttftUs * (fixed * step.starts + (1 - fixed) * step.prefillShare);
    return wholeStepUs(prefill + (step.decodes > 0 ? itlUs : 0));
  }

  ttftUs(step: StepShape, streams: Uint32Array, stream: number): number {
    const { ttftUs, ttftVariancePercent, ttftFixedShare: fixed } = this.#config;
    if (ttftUs === 0) return 0;
    const full = uniform(ttftUs, ttftVariancePercent, streams, stream);
    const work = (1 - fixed) * step.scale[0]! * step.newTokens[0]!;
    return Math.round(full * (fixed + work / step.promptTokens[0]!));
  }

  itlUs(_step: StepShape, streams: Uint32Array, stream: number): number {
    const { itlUs, itlVariancePercent } = this.#config;
    if (itlUs === 0) return 0;
    return Math.round(uniform(itlUs, itlVariancePercent, streams, stream));
  }
}
