import { createLatencyModel } from '../../engine/worker/latency/create-latency-model.ts';
import type { LatencyModel } from '../../engine/worker/latency/latency-model.ts';
import { StepShape } from '../../engine/worker/latency/step-shape.ts';
import type { WorkerConfig } from '../../shared/protocol.ts';

/**
 * How long a worker that does nothing else takes to compute the end of a prompt, by its latency
 * model without draws: in steps that are as full as may be, or in one go where it is paced.
 */
export class PrefillTime {
  readonly #latency: LatencyModel;
  readonly #chunkTokens: number;
  readonly #step = new StepShape(1);

  constructor({ latency, maxNumSeqs, maxNumBatchedTokens, scheduler }: WorkerConfig) {
    this.#latency = createLatencyModel(latency, maxNumSeqs);
    this.#chunkTokens = scheduler === 'paced' ? Number.POSITIVE_INFINITY : maxNumBatchedTokens;
  }

  /** For the last `tokens` tokens, at least 1, of a prompt; an integer in microseconds. */
  us(promptTokens: number, tokens: number): number {
    const chunk = this.#chunkTokens;
    if (tokens <= chunk) return this.#stepUs(promptTokens, tokens, 1);
    const between = Math.ceil(tokens / chunk) - 2;
    const last = tokens - (between + 1) * chunk;
    const betweenUs = between === 0 ? 0 : between * this.#stepUs(promptTokens, chunk, 0);
    return this.#stepUs(promptTokens, chunk, 1) + betweenUs + this.#stepUs(promptTokens, last, 0);
  }

  #stepUs(promptTokens: number, tokens: number, starts: number): number {
    const step = this.#step;
    step.clear();
    step.addChunk(tokens, promptTokens, 1);
    step.starts = starts;
    step.running = 1;
    return this.#latency.stepUs(step);
  }
}
