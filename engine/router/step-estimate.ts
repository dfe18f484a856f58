import { assertNever } from '../../shared/assert.ts';
import type { LatencyConfig } from '../../shared/latency-config.ts';

/**
 * How long a worker with latency `config` takes for what a router may place on it: the means of the
 * worker's models (`engine/worker/latency`), by the same formulas, without draws and unrounded. A
 * router knows no more of its workers than a fit of their measured steps would tell it. A sequence
 * that names a latency profile of its own is taken for one of the worker's.
 */
export class StepEstimate {
  readonly prefill: PrefillCurve;
  readonly #decode: DecodeCurve;

  /** `maxNumSeqs` is the most sequences that run at once, at which `linear` has its load factor. */
  constructor(config: LatencyConfig, maxNumSeqs: number) {
    [this.prefill, this.#decode] = curvesOf(config, maxNumSeqs);
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
    const { startUs, tokenUs, squareUs, promptUs, loadSlope, loadFrom, loadsTokens } = this.prefill;
    const load = 1 + loadSlope * Math.max(0, running - loadFrom);
    // Most models have no such term, and a division costs as much as all the rest.
    const sharedUs = promptUs === 0 ? 0 : promptUs / promptTokens;
    const perTokenUs = tokenUs * (loadsTokens ? load : 1) + sharedUs;
    return startUs * load + tokens * (perTokenUs + squareUs * tokens);
  }

  /**
   * A step without prefills in which sequences decode, in microseconds: `running` run, and they use
   * the share `cacheUse`, 0 .. 1, of the worker's blocks.
   */
  decodeStepUs(running: number, cacheUse: number): number {
    const { leastUs, idleUs, useUs, useSquareUs } = this.#decode;
    const curveUs = idleUs + cacheUse * (useUs + useSquareUs * cacheUse);
    return Math.max(leastUs, curveUs) * loadOf(this.#decode, running);
  }
}

/**
 * The prefill of t tokens of a prompt of n: start + t (token + square t + prompt / n), of which the
 * start, and perhaps what goes with the tokens, grows with the load.
 */
export interface PrefillCurve {
  readonly startUs: number;
  readonly tokenUs: number;
  readonly squareUs: number;
  readonly promptUs: number;
  /** By how much each sequence beyond `loadFrom` lengthens it. */
  readonly loadSlope: number;
  readonly loadFrom: number;
  readonly loadsTokens: boolean;
}

/** A step at cache use u: idle + u (use + square u), at least the least, growing with the load. */
interface DecodeCurve {
  readonly leastUs: number;
  readonly idleUs: number;
  readonly useUs: number;
  readonly useSquareUs: number;
  readonly loadSlope: number;
  readonly loadFrom: number;
}

/** Factor on what grows with the load, where `running` sequences run. */
export function loadOf(curve: PrefillCurve | DecodeCurve, running: number): number {
  return running <= curve.loadFrom ? 1 : 1 + curve.loadSlope * (running - curve.loadFrom);
}

const NO_PREFILL: PrefillCurve = {
  startUs: 0,
  tokenUs: 0,
  squareUs: 0,
  promptUs: 0,
  loadSlope: 0,
  loadFrom: 1,
  loadsTokens: false,
};

const NO_DECODE: DecodeCurve = {
  leastUs: 0,
  idleUs: 0,
  useUs: 0,
  useSquareUs: 0,
  loadSlope: 0,
  loadFrom: 1,
};

function curvesOf(config: LatencyConfig, maxNumSeqs: number): [PrefillCurve, DecodeCurve] {
  switch (config.kind) {
    case 'constant': {
      const { ttftUs, ttftFixedShare: fixed, itlUs } = config;
      const prefill = { ...NO_PREFILL, startUs: ttftUs * fixed, promptUs: ttftUs * (1 - fixed) };
      return [prefill, { ...NO_DECODE, idleUs: itlUs }];
    }
    case 'linear': {
      const { prefillOverheadUs: startUs, prefillUsPerToken: tokenUs, loadFactor } = config;
      const loadSlope = maxNumSeqs <= 1 ? 0 : (loadFactor - 1) / (maxNumSeqs - 1);
      const prefill = { ...NO_PREFILL, startUs, tokenUs, loadSlope, loadsTokens: true };
      return [prefill, { ...NO_DECODE, idleUs: config.itlUs, loadSlope }];
    }
    case 'polynomial': {
      const [square, linear, base] = inUs(config.prefillMs);
      const [useSquareUs, useUs, idleUs] = inUs(config.decodeMs);
      const prefill = { ...NO_PREFILL, startUs: base, tokenUs: linear, squareUs: square };
      const leastUs = 1000 * config.decodeMinMs;
      return [prefill, { ...NO_DECODE, leastUs, idleUs, useUs, useSquareUs }];
    }
    case 'profile': {
      const tokenUs = 1e6 / config.prefillTokensPerSecond;
      const startUs = 1000 * config.ttftMs;
      const prefill = { ...NO_PREFILL, startUs, tokenUs, loadSlope: 0.02, loadFrom: 50 };
      const idleUs = 1000 * config.itlMs;
      return [prefill, { ...NO_DECODE, idleUs, loadSlope: 0.005, loadFrom: 20 }];
    }
    default:
      return assertNever(config);
  }
}

function inUs([square, linear, base]: readonly [number, number, number]) {
  return [1000 * square, 1000 * linear, 1000 * base] as const;
}
