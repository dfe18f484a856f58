import type { SettingSources, Settings } from './settings.ts';

/** Latency of the `paced` scheduler, after all rules about what overrides what. */
export interface EffectiveLatency {
  readonly ttftMs: number;
  readonly ttftVariancePercent: number;
  /** The mean was set, so that a profile does not replace it. */
  readonly ttftExplicit: boolean;
  readonly itlMs: number;
  readonly itlVariancePercent: number;
  readonly itlExplicit: boolean;
  /** Share of the time to first token that cached blocks cannot save, 0 to 1. */
  readonly ttftFixedShare: number;
}

/**
 * The mean time to first token is `ttftMs` where it is set, else `responseDelay`, else the default
 * of `ttftMs`. A variance that is set itself always holds; otherwise `randomDelay: false` means
 * none, and a mean from `responseDelay` varies by `maxVariance`.
 */
export function effectiveLatency(settings: Settings, sources: SettingSources): EffectiveLatency {
  const { responseDelay, randomDelay } = settings;
  const ttftSet = sources.ttftMs !== 'default';
  const delayMs = ttftSet ? undefined : responseDelay && responseDelay * 1000;
  const implied = delayMs === undefined ? settings.ttftVariancePercent : settings.maxVariance * 100;
  const ttftVarianceSet = sources.ttftVariancePercent !== 'default';
  const itlVarianceSet = sources.itlVariancePercent !== 'default';
  const impliedTtftVariance = randomDelay ? implied : 0;
  return {
    ttftMs: delayMs ?? settings.ttftMs,
    ttftVariancePercent: ttftVarianceSet ? settings.ttftVariancePercent : impliedTtftVariance,
    ttftExplicit: ttftSet || delayMs !== undefined,
    itlMs: settings.itlMs,
    itlVariancePercent: itlVarianceSet || randomDelay ? settings.itlVariancePercent : 0,
    itlExplicit: sources.itlMs !== 'default',
    ttftFixedShare: settings.ttftFixedPercent / 100,
  };
}
