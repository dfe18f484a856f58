import type { Series } from '../measure/replay-result.ts';

/**
 * How uneven the load is at a time: the standard deviation over the workers of the requests that
 * each one has, running and waiting, over their mean; both summed over the buckets of the series.
 * 0 is even at all times. Shares of the whole replay hide that workers take turns at being
 * overloaded; this does not. `null` without any load.
 */
export function loadSpread({ running, waiting }: Series): number | null {
  const buckets = running[0]?.length ?? 0;
  let deviations = 0;
  let means = 0;
  for (let bucket = 0; bucket < buckets; bucket++) {
    const loads = running.map((row, worker) => row[bucket]! + waiting[worker]![bucket]!);
    const mean = loads.reduce((sum, load) => sum + load, 0) / loads.length;
    const variance = loads.reduce((sum, load) => sum + (load - mean) ** 2, 0) / loads.length;
    deviations += Math.sqrt(variance);
    means += mean;
  }
  return means === 0 ? null : deviations / means;
}
