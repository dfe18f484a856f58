import { assertNever } from '../../shared/assert.ts';
import type { LatencyConfig } from '../../shared/latency-config.ts';

/**
 * How long a worker with latency `config` takes for what a router may place on it: the means of the
 * worker's models (`engine/worker/latency`), by the same formulas, without draws and unrounded. A
 * router knows no more of its workers than a fit of their measured steps would tell it. A sequence
 * that names a latency profile of its own is taken for one of the worker's.
 */
export class StepEstimate {
  readonly #config: LatencyConfig;
  readonly #maxNumSeqs: number;

  /** `maxNumSeqs` is the most sequences that run at once, at which `linear` has its load factor. */
  constructor(config: LatencyConfig, maxNumSeqs: number) {
    this.#config = config;
    this.#maxNumSeqs = maxNumSeqs;
  }

  /** Whether a prefill takes any time at all. */
  get hasPrefill(): boolean {
    return this.prefillUs(1, 1, 1) > 0;
  }

  /**
   * What a step takes longer, in microseconds, for a prefill that begins and ends in it: of
   * `tokens` that are not cached of a prompt of `promptTokens`, where `running` sequences run, this
   * one included. 0 of no tokens.
   */
  prefillUs(tokens: number, promptTokens: number, running: number): number {
    if (tokens === 0) return 0;
    const config = this.#config;
    switch (config.kind) {
      case 'constant': {
        const { ttftUs, ttftFixedShare: fixed } = config;
        return ttftUs * (fixed + (1 - fixed) * (tokens / promptTokens));
      }
      case 'linear': {
        const { prefillOverheadUs, prefillUsPerToken, loadFactor } = config;
        const idleUs = prefillOverheadUs + prefillUsPerToken * tokens;
        return idleUs * linearLoad(loadFactor, running, this.#maxNumSeqs);
      }
      case 'polynomial': {
        const [square, linear, base] = config.prefillMs;
        return 1000 * ((square * tokens + linear) * tokens + base);
      }
      case 'profile': {
        const startUs = 1000 * config.ttftMs * (1 + 0.02 * Math.max(0, running - 50));
        return startUs + (1e6 * tokens) / config.prefillTokensPerSecond;
      }
      default:
        return assertNever(config);
    }
  }

  /**
   * A step without prefills in which sequences decode, in microseconds: `running` run, and they use
   * the share `cacheUse`, 0 .. 1, of the worker's blocks.
   */
  decodeStepUs(running: number, cacheUse: number): number {
    const config = this.#config;
    switch (config.kind) {
      case 'constant':
        return config.itlUs;
      case 'linear':
        return config.itlUs * linearLoad(config.loadFactor, running, this.#maxNumSeqs);
      case 'polynomial': {
        const [square, linear, base] = config.decodeMs;
        const curveMs = (square * cacheUse + linear) * cacheUse + base;
        return 1000 * Math.max(config.decodeMinMs, curveMs);
      }
      case 'profile':
        return 1000 * config.itlMs * (1 + 0.005 * Math.max(0, running - 20));
      default:
        return assertNever(config);
    }
  }
}

/** Factor on all times where `running` sequences run of at most `maxNumSeqs`. */
function linearLoad(loadFactor: number, running: number, maxNumSeqs: number): number {
  if (maxNumSeqs <= 1) return 1;
  return 1 + ((loadFactor - 1) * (running - 1)) / (maxNumSeqs - 1);
}
