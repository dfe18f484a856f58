import type { LatencyConfig } from '../../shared/latency-config.ts';
import { POLICY_NAMES } from '../../shared/policy-names.ts';
import { Rng } from '../../shared/rng.ts';
import { routerConfigWith } from '../support/routing.ts';
import { constantLatency, type TokenRun, workerConfigWith } from '../support/sequences.ts';
import type { VirtualClusterOptions } from '../support/virtual-cluster.ts';

/** One request of a scenario. */
export interface PlannedRequest {
  readonly arrivedUs: number;
  /** Prompt and answer as runs of tokens, the answer last. */
  readonly runs: readonly TokenRun[];
  readonly choices: number;
  readonly priority: number;
  readonly pinned: number | undefined;
  /** When its client leaves, counted from the arrival. */
  readonly patienceUs: number | undefined;
}

export interface PlannedDeath {
  readonly atUs: number;
  readonly workers: readonly number[];
  readonly downUs: number;
}

export interface Scenario {
  readonly cluster: VirtualClusterOptions;
  readonly requests: readonly PlannedRequest[];
  readonly deaths: readonly PlannedDeath[];
}

/**
 * A scenario from a seed alone. Rather than drawing everything from the middle, it switches whole
 * features off at random and takes extreme values often, since faults hide where features meet.
 */
export function scenarioOf(seed: number): Scenario {
  const rng = new Rng(seed);
  const cluster = clusterOf(rng, seed);
  const requests = requestsOf(rng.fork('requests'), cluster);
  const endUs = requests.at(-1)?.arrivedUs ?? 0;
  return { cluster, requests, deaths: deathsOf(rng.fork('deaths'), cluster, endUs) };
}

/** Plain text of what is special about a scenario, for whoever has to find out why it fails. */
export function describe(scenario: Scenario): string {
  const { requests, deaths, cluster } = scenario;
  return JSON.stringify({ requests: requests.length, deaths: deaths.length, ...cluster });
}

function pick<T>(rng: Rng, ...values: readonly [T, ...T[]]): T {
  return values[rng.below(values.length)] ?? values[0];
}

function chance(rng: Rng, probability: number): boolean {
  return rng.unit() < probability;
}

function clusterOf(rng: Rng, seed: number): VirtualClusterOptions {
  const blockSize = pick(rng, 1, 4, 16);
  const caching = chance(rng, 0.85);
  const worker = workerConfigWith({
    scheduler: pick(rng, 'paced', 'batched'),
    latency: latencyOf(rng),
    prefixCaching: caching,
    blockSize,
    numBlocks: Math.ceil(pick(rng, 50, 80, 200, 4000) / blockSize),
    maxNumSeqs: pick(rng, 1, 3, 8, 256),
    maxNumBatchedTokens: pick(rng, 2, 16, 64, 8192),
    maxWaiting: pick(rng, 0, 2, 1000, 1000),
  });
  return {
    router: routerConfigWith({
      policy: pick(rng, 'smart', ...POLICY_NAMES),
      overlapWeight: pick(rng, 1, 0, 1000),
      loadBalanceWeight: pick(rng, 0.5, 0, 1000),
      temperature: pick(rng, 0, 0, 0.5, 100),
      blockSize,
      workers: pick(rng, 1, 2, 3, 5, 40),
      blocksPerWorker: worker.numBlocks,
      latency: worker.latency,
      maxNumSeqs: worker.maxNumSeqs,
      kvEnabled: caching,
      indexCapBlocks: chance(rng, 0.1) ? 20 : 1 << 16,
      decisionLogCapacity: pick(rng, 0, 8),
      seed,
    }),
    worker,
    delayUsMax: pick(rng, 0, 0, 40, 1500),
    seed,
  };
}

function latencyOf(rng: Rng): LatencyConfig {
  const [ttftUs, itlUs] = pick(rng, [1000, 100], [0, 0], [500, 0], [0, 30], [20_000, 1]);
  const variance = pick(rng, 0, 100);
  return pick<LatencyConfig>(
    rng,
    constantLatency(ttftUs, itlUs, pick(rng, 0, 0.5)),
    {
      ...constantLatency(ttftUs, itlUs, 0.3),
      ttftVariancePercent: variance,
      itlVariancePercent: variance,
    },
    {
      kind: 'linear',
      prefillOverheadUs: 300,
      prefillUsPerToken: 20,
      prefillDeviationPercent: variance,
      itlUs: 80,
      itlDeviationPercent: variance,
      loadFactor: 3,
    },
    {
      kind: 'polynomial',
      prefillMs: [0.01, 0.1, 1],
      decodeMs: [-0.3, 0.5, 0.05],
      decodeMinMs: 0.01,
    },
  );
}

function requestsOf(rng: Rng, cluster: VirtualClusterOptions): PlannedRequest[] {
  const { workers } = cluster.router;
  const gapUs = pick(rng, 10, 200, 2000);
  const groups = pick(rng, 1, 4, 50);
  const longest = pick(rng, 10, 40);
  const turnChance = pick(rng, 0, 0.5);
  const cancelChance = pick(rng, 0, 0.1, 0.5);
  const choiceChance = pick(rng, 0, 0.2);
  const pinChance = pick(rng, 0, 0, 0.2);
  const priorities = pick(rng, 1, 1, 3);
  const prefillOnlyChance = pick(rng, 0, 0.2, 0.5);
  const requests: PlannedRequest[] = [];
  let arrivedUs = 0;
  for (let name = 1; name <= 120; name++) {
    if (chance(rng, 0.7)) arrivedUs += Math.round(rng.exponential(gapUs));
    const last = chance(rng, turnChance) ? requests[rng.below(requests.length)] : undefined;
    const group = rng.below(groups);
    const history: readonly TokenRun[] = last?.runs ?? [[1_000_000 + group, (group * 7) % longest]];
    requests.push({
      arrivedUs,
      runs: [
        ...history,
        [2 * name, 1 + rng.below(longest)],
        [2 * name + 1, chance(rng, prefillOnlyChance) ? 0 : 1 + rng.below(longest)],
      ],
      choices: chance(rng, choiceChance) ? 2 + rng.below(3) : 1,
      priority: rng.below(priorities),
      pinned: chance(rng, pinChance) ? rng.below(workers) : undefined,
      patienceUs: chance(rng, cancelChance) ? Math.round(rng.exponential(3000)) : undefined,
    });
  }
  return requests;
}

function deathsOf(rng: Rng, cluster: VirtualClusterOptions, endUs: number): PlannedDeath[] {
  const { workers } = cluster.router;
  const deaths = pick(rng, 0, 0, 2, 8);
  return Array.from({ length: deaths }, () => ({
    atUs: rng.below(endUs + 5000),
    workers: Array.from({ length: pick(rng, 1, 1, 3) }, () => rng.below(workers)),
    downUs: pick(rng, 1, 500, 20_000),
  })).map((death) => ({ ...death, workers: [...new Set(death.workers)] }));
}
