import { assertNever } from '../../shared/assert.ts';
import type { LatencyConfig } from '../../shared/protocol.ts';
import { nextUnit } from '../../shared/rng.ts';

/**
 * How long prefill and decode take, in integer microseconds.
 *
 * The paced scheduler asks for one sequence at a time: a time to first token and then one gap for
 * each further token, drawn from the sequence's own stream. The batched scheduler asks for one step
 * at a time, which serves many sequences and so has no draw.
 *
 * - constant: `draw(m, v)` uniform in m (1 ± v/100); TTFT = draw · (f + (1 - f) · p · uncached /
 *   prompt).
 * - linear, after llm-d-inference-sim: TTFT = (overhead + p · uncached · perToken) · load(n), ITL =
 *   itl · load(n), load(n) = 1 + (factor - 1)(n - 1) / (max_num_seqs - 1); normal draws, cut off
 *   at 0.3 and 1.7 of the mean.
 * - polynomial, after the mocker of NVIDIA Dynamo: prefill a t² + b t + c ms of t new tokens;
 *   decode max(min, d p² + e p + f) ms at cache use p.
 * - profile: TTFT = max(1, N(mean, sd)) · (1 + 0.02 max(0, n - 50)) + p · max(0, uncached - 100) /
 *   prefill rate; ITL = max(0.5, N(mean, sd)) · (1 + 0.005 max(0, n - 20)) ms.
 */
export class LatencyModel {
  readonly #config: LatencyConfig;
  readonly #maxNumSeqs: number;
  /** All tokens after the first come out with it. */
  readonly hasNoGaps: boolean;

  constructor(config: LatencyConfig, maxNumSeqs: number) {
    this.#config = config;
    this.#maxNumSeqs = maxNumSeqs;
    this.hasNoGaps = config.kind === 'constant' && config.itlUs === 0;
  }

  /**
   * Time to first token of one sequence, with `uncached` of `prompt` tokens to compute while
   * `running` sequences (this one included) share the worker. Draws from `streams[stream]`.
   */
  ttftUs(
    uncached: number,
    prompt: number,
    prefillScale: number,
    running: number,
    cacheUse: number,
    streams: Uint32Array,
    stream: number,
  ): number {
    const config = this.#config;
    switch (config.kind) {
      case 'constant': {
        if (config.ttftUs === 0) return 0;
        const full = uniform(config.ttftUs, config.ttftVariancePercent, streams, stream);
        const fixed = config.ttftFixedShare;
        return Math.round(full * (fixed + ((1 - fixed) * prefillScale * uncached) / prompt));
      }
      case 'linear': {
        const work = config.prefillOverheadUs + prefillScale * uncached * config.prefillUsPerToken;
        const mean = work * this.#load(config.loadFactor, running);
        return Math.round(clampedNormal(mean, config.prefillDeviationPercent, streams, stream));
      }
      case 'polynomial':
        return Math.round(
          1000 *
            (prefillMs(config.prefillMs, prefillScale * uncached) + decodeMs(config, cacheUse)),
        );
      case 'profile': {
        const base = Math.max(1, normal(config.ttftMs, config.ttftDeviationMs, streams, stream));
        const queueing = 1 + 0.02 * Math.max(0, running - 50);
        const tokens = prefillScale * Math.max(0, uncached - 100);
        return Math.round(1000 * base * queueing + (1e6 * tokens) / config.prefillTokensPerSecond);
      }
      default:
        return assertNever(config);
    }
  }

  /** Gap between two tokens of one sequence. Draws from `streams[stream]`. */
  itlUs(running: number, cacheUse: number, streams: Uint32Array, stream: number): number {
    const config = this.#config;
    switch (config.kind) {
      case 'constant':
        if (config.itlUs === 0) return 0;
        return Math.round(uniform(config.itlUs, config.itlVariancePercent, streams, stream));
      case 'linear': {
        const mean = config.itlUs * this.#load(config.loadFactor, running);
        return Math.round(clampedNormal(mean, config.itlDeviationPercent, streams, stream));
      }
      case 'polynomial':
        return Math.round(1000 * decodeMs(config, cacheUse));
      case 'profile': {
        const base = Math.max(0.5, normal(config.itlMs, config.itlDeviationMs, streams, stream));
        return Math.round(1000 * base * (1 + 0.005 * Math.max(0, running - 20)));
      }
      default:
        return assertNever(config);
    }
  }

  /**
   * Duration of one step, at least 1. `prefillTokens` are the prompt tokens computed in it, already
   * scaled; `prefillShare` the sum over prefilling sequences of the share of their prompt that they
   * are, `prefillStarts` how many of those begin; `decodes` how many sequences get a next token.
   */
  stepUs(
    prefillTokens: number,
    prefillShare: number,
    prefillStarts: number,
    decodes: number,
    running: number,
    cacheUse: number,
  ): number {
    const config = this.#config;
    switch (config.kind) {
      case 'constant': {
        const fixed = config.ttftFixedShare;
        const prefill = config.ttftUs * (fixed * prefillStarts + (1 - fixed) * prefillShare);
        return atLeastOne(prefill + (decodes > 0 ? config.itlUs : 0));
      }
      case 'linear': {
        const prefill =
          config.prefillOverheadUs * prefillStarts + config.prefillUsPerToken * prefillTokens;
        const decode = decodes > 0 ? config.itlUs : 0;
        return atLeastOne((prefill + decode) * this.#load(config.loadFactor, running));
      }
      case 'polynomial': {
        const prefill = prefillTokens > 0 ? prefillMs(config.prefillMs, prefillTokens) : 0;
        const decode = decodes > 0 ? decodeMs(config, cacheUse) : 0;
        return atLeastOne(1000 * (prefill + decode));
      }
      case 'profile': {
        const queueing = 1 + 0.02 * Math.max(0, running - 50);
        const prefill =
          1000 * config.ttftMs * prefillStarts * queueing +
          (1e6 * prefillTokens) / config.prefillTokensPerSecond;
        const decode = 1000 * config.itlMs * (1 + 0.005 * Math.max(0, running - 20));
        return atLeastOne(prefill + (decodes > 0 ? decode : 0));
      }
      default:
        return assertNever(config);
    }
  }

  #load(factor: number, running: number): number {
    if (this.#maxNumSeqs <= 1) return 1;
    return 1 + ((factor - 1) * (running - 1)) / (this.#maxNumSeqs - 1);
  }
}

function atLeastOne(us: number): number {
  return Math.max(1, Math.round(us));
}

function prefillMs(coefficients: readonly [number, number, number], tokens: number): number {
  return (coefficients[0] * tokens + coefficients[1]) * tokens + coefficients[2];
}

function decodeMs(
  config: { readonly decodeMs: readonly [number, number, number]; readonly decodeMinMs: number },
  cacheUse: number,
): number {
  const [square, linear, base] = config.decodeMs;
  return Math.max(config.decodeMinMs, (square * cacheUse + linear) * cacheUse + base);
}

function uniform(mean: number, percent: number, streams: Uint32Array, stream: number): number {
  if (percent === 0) return mean;
  return mean * (1 + (percent / 100) * (2 * nextUnit(streams, stream) - 1));
}

function normal(mean: number, deviation: number, streams: Uint32Array, stream: number): number {
  if (deviation === 0) return mean;
  const radius = Math.sqrt(-2 * Math.log(1 - nextUnit(streams, stream)));
  return mean + deviation * radius * Math.cos(2 * Math.PI * nextUnit(streams, stream));
}

function clampedNormal(
  mean: number,
  percent: number,
  streams: Uint32Array,
  stream: number,
): number {
  const drawn = normal(mean, (mean * percent) / 100, streams, stream);
  return Math.min(1.7 * mean, Math.max(0.3 * mean, drawn));
}
