import type { Arrivals, LabTrace } from '../../lab/experiment/lab-trace.ts';
import { buildConfig } from '../../lab/simulate/build-config.ts';
import type { ReplayConfig, ServiceLevel } from '../../lab/simulate/replay-config.ts';
import type { PolicyName } from '../../shared/policy-names.ts';
import { BASE_WORKERS, type Traffic } from './traffic.ts';

/** What makes an answer good: its first token by then, and its further ones so fast on average. */
export const SERVICE_LEVEL: ServiceLevel = {
  ttftUs: 2e6,
  itlUs: 25e3,
  e2eUs: Number.POSITIVE_INFINITY,
};

/** Rates as parts of the capacity, see `capacities.json`. */
const LOADS = { light: 0.5, knee: 1, past: 1.3 } as const;
type LoadName = keyof typeof LOADS | 'burst';

const FLEETS = [BASE_WORKERS, 4 * BASE_WORKERS];
const CACHES = ['scarce', 'ample'] as const;
export type CacheName = (typeof CACHES)[number];

/** Everything but policy and seed: what policies are compared at. */
export interface Row {
  readonly traffic: Traffic;
  readonly workers: number;
  readonly cache: CacheName;
  readonly load: LoadName;
  readonly arrivals: Arrivals;
}

/** Requests per second of `BASE_WORKERS` workers by traffic and cache. */
export type Capacities = Readonly<Record<string, Readonly<Record<CacheName, number>>>>;

/** All rows of some traffic. Each worker has the same load in every fleet. */
export function rowsOf(traffic: Traffic, capacities: Capacities, isQuick: boolean): Row[] {
  const fleets = isQuick ? [BASE_WORKERS] : FLEETS;
  return fleets.flatMap((workers) =>
    CACHES.flatMap((cache) =>
      arrivalsOf(traffic, (capacities[traffic.name]?.[cache] ?? 1) * (workers / BASE_WORKERS)).map(
        ({ load, arrivals }) => ({ traffic, workers, cache, load, arrivals }),
      ),
    ),
  );
}

function arrivalsOf({ isBurst }: Traffic, capacity: number): Pick<Row, 'load' | 'arrivals'>[] {
  if (isBurst) return [{ load: 'burst', arrivals: { unit: 'speed-up', value: 1 } }];
  return (['light', 'knee', 'past'] as const).map((load) => ({
    load,
    arrivals: { unit: 'qps', value: Number((LOADS[load] * capacity).toPrecision(4)) },
  }));
}

/** Seeds of a row's replays: a file of requests is the same for all of them. */
export function seedsOf({ traffic }: Pick<Row, 'traffic'>, isQuick: boolean): readonly number[] {
  return isQuick || traffic.file !== undefined ? [1] : [1, 2, 3];
}

/** The configuration of one replay of a row. */
export function configOf(
  { traffic, workers, cache, arrivals }: Omit<Row, 'load'>,
  trace: LabTrace,
  policy: PolicyName,
  seed: number,
): ReplayConfig {
  const { blockSize } = trace;
  const { trace: spec, rate } = trace.open(seed, arrivals);
  const measured = {
    trace: spec,
    window: { rate, limit: Number.POSITIVE_INFINITY, warmupRequests: 0, prefillOnly: false },
    serviceLevel: SERVICE_LEVEL,
  };
  const numBlocks = Math.ceil(traffic.cacheTokens[cache] / blockSize);
  return buildConfig(measured, seed, [
    { blockSize, router: { policy, workers }, worker: { numBlocks } },
  ]);
}
