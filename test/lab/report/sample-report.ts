import type { ReportCell, ReportData } from '../../../lab/report/report-data.ts';
import { buildConfig } from '../../../lab/simulate/build-config.ts';
import { replay } from '../../../lab/simulate/replay.ts';
import type { ReplayConfig } from '../../../lab/simulate/replay-config.ts';
import type { PolicyName } from '../../../shared/policy-names.ts';

export interface SampleGrid {
  readonly policies: readonly PolicyName[];
  /** Arrivals against the workload's own speed. */
  readonly rates: readonly number[];
  readonly workers: number;
  readonly seeds: readonly number[];
  readonly requests: number;
}

const SERVICE_LEVEL = { ttftUs: 2e6, itlUs: 25e3, e2eUs: Number.POSITIVE_INFINITY };

/** A report over real replays of a small workload. */
export function sampleReport(grid: SampleGrid): ReportData {
  const { policies, rates, workers, seeds } = grid;
  const bound = { tokenHitRate: 0.37, blockHitRate: 0.36 };
  const cells = rates.flatMap((rate) =>
    seeds.flatMap((seed) =>
      policies.map((policy): ReportCell => {
        const { result } = replay(config(grid, policy, rate, seed));
        return { policy, variant: '', rate, seed, result, bound, wallSeconds: 0.5 };
      }),
    ),
  );
  return {
    title: 'conversation',
    version: '0.0.0',
    command: `fakeai replay --workload conversation --workers ${workers}`,
    sweepCommand: 'fakeai replay --workload conversation --rate 1,2,3',
    resultsHash: '0123456789abcdef',
    config: { workers, policies, worker: config(grid, 'smart', 1, 1).worker },
    rateUnit: '×',
    serviceLevel: SERVICE_LEVEL,
    cells,
  };
}

function config(
  { workers, requests }: SampleGrid,
  policy: PolicyName,
  rate: number,
  seed: number,
): ReplayConfig {
  return buildConfig(
    {
      trace: { kind: 'workload', spec: { workload: 'conversation', parameters: {}, seed } },
      window: { rate, limit: requests, warmupRequests: 0, prefillOnly: false },
      serviceLevel: SERVICE_LEVEL,
    },
    seed,
    [
      {
        blockSize: 64,
        router: { policy, workers, loadBalanceWeight: 1 },
        worker: { numBlocks: 6000, maxNumSeqs: 64, maxWaiting: 100_000 },
      },
    ],
  );
}
