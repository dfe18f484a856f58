import { KV_CACHE, ROUTER } from '../../shared/settings/engine-settings.ts';
import type { NumberSetting } from '../../shared/settings/setting.ts';

/** Something for each weight of the `smart` policy. */
export interface WeightTable<Value> {
  readonly kvOverlapWeight: Value;
  readonly loadBalanceWeight: Value;
  readonly routerTemperature: Value;
}

/** The weights of the `smart` policy. */
export type Weights = WeightTable<number>;

export const WEIGHT_NAMES = ['kvOverlapWeight', 'loadBalanceWeight', 'routerTemperature'] as const;

/** The values that `fakeai serve` accepts for a weight. */
export interface WeightRange {
  readonly min: number;
  readonly max: number;
}

/** What `fakeai serve` accepts, so that its settings can be what is found here. */
export const WEIGHT_RANGES: WeightTable<WeightRange> = {
  kvOverlapWeight: rangeOf(KV_CACHE.kvOverlapWeight),
  loadBalanceWeight: rangeOf(KV_CACHE.loadBalanceWeight),
  routerTemperature: rangeOf(ROUTER.routerTemperature),
};

/** The weights of `fakeai serve` when none are set: what a search must beat. */
export const DEFAULT_WEIGHTS: Weights = {
  kvOverlapWeight: KV_CACHE.kvOverlapWeight.default,
  loadBalanceWeight: KV_CACHE.loadBalanceWeight.default,
  routerTemperature: ROUTER.routerTemperature.default,
};

function rangeOf({ schema }: NumberSetting): WeightRange {
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = schema;
  return { min: minimum, max: maximum };
}
