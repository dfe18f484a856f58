import { RateSearch } from '../../lab/capacity/rate-search.ts';
import { middleRate, servedRate } from '../../lab/capacity/request-rate.ts';
import type { ReplayResult } from '../../lab/measure/replay-result.ts';
import type { ReplayRunner } from '../../lab/simulate/replay-runner.ts';
import type { PolicyName } from '../../shared/policy-names.ts';
import { type CacheName, configOf } from './row.ts';
import { BASE_WORKERS, type Traffic, type TrafficReader } from './traffic.ts';

/** The capacity is the highest that one of these reaches. */
const POLICIES: readonly PolicyName[] = ['smart', 'least-loaded', 'cache-aware'];
/** Share of the requests that must be good. */
const GOOD_SHARE = 0.9;
const FIRST_RATE = 8;
const PRECISION = 0.04;

/**
 * The requests per second of which the smaller fleet answers `GOOD_SHARE` well, under the best of
 * `POLICIES`.
 */
export async function capacityOf(
  traffic: Traffic,
  cache: CacheName,
  reader: TrafficReader,
  runner: ReplayRunner,
): Promise<number> {
  const trace = await reader.open(traffic, BASE_WORKERS);
  const loadOf = (result: ReplayResult): number =>
    trace.hasWaitingTurns ? middleRate(result.series) : servedRate(result);
  const search = new RateSearch(FIRST_RATE, PRECISION);
  for (let qps = search.next(); qps !== undefined; qps = search.next()) {
    const row = {
      traffic,
      cache,
      workers: BASE_WORKERS,
      arrivals: { unit: 'qps', value: qps },
    } as const;
    const outcomes = await runner.run(POLICIES.map((policy) => configOf(row, trace, policy, 1)));
    const results = outcomes.flatMap((outcome) => outcome?.result ?? []);
    const good = Math.max(...results.map(({ goodShare }) => goodShare));
    search.record(qps, good >= GOOD_SHARE, Math.max(...results.map(loadOf)));
  }
  return search.highest;
}
