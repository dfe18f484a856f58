import type { WorkerConfig } from '../../shared/protocol.ts';
import { LatencyModel } from '../worker/latency.ts';

/**
 * How long a worker that does nothing else takes to compute the end of a prompt, by its latency
 * model without draws: in steps that are as full as may be, or in one go where it is paced.
 */
export class PrefillTime {
  readonly #latency: LatencyModel;
  readonly #chunkTokens: number;

  constructor({ latency, maxNumSeqs, maxNumBatchedTokens, scheduler }: WorkerConfig) {
    this.#latency = new LatencyModel(latency, maxNumSeqs);
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
    return this.#latency.stepUs(tokens, tokens / promptTokens, starts, 0, 1, 0);
  }
}
