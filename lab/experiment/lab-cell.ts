import type { PolicyName } from '../../shared/policy-names.ts';
import type { SchedulerKind } from '../../shared/protocol.ts';
import type { ReplayConfig } from '../simulate/replay-config.ts';
import { KV_TOKENS } from './axis-options.ts';
import type { LabOptions } from './lab-options.ts';
import type { Arrivals, LabTrace } from './lab-trace.ts';
import type { NamedLatency } from './option-values.ts';
import { warmUpRequests } from './warm-up.ts';

/** What makes one replay of a grid different from the others. */
export interface CellSettings {
  readonly policy: PolicyName;
  readonly workers: number;
  readonly arrivals: Arrivals;
  readonly engine: SchedulerKind;
  readonly profile: NamedLatency;
  readonly blockSize: number;
  readonly kvBlocks: number;
  readonly maxNumSeqs: number;
  readonly maxNumBatchedTokens: number;
  readonly maxWaiting: number;
  readonly kvOverlapWeight: number;
  readonly loadBalanceWeight: number;
  readonly routerTemperature: number;
  readonly stalenessMs: number;
  readonly remoteFetchGBps: number;
  readonly seed: number;
}

/** The values of each setting. */
type Axes = { readonly [Name in keyof CellSettings]: readonly CellSettings[Name][] };

/**
 * Hashes that the router's index may hold: enough for every block of every worker, up to a limit.
 */
const INDEX_BLOCKS_MAX = 1 << 26;

/**
 * All combinations, in the order of the options; seeds of the same setting are next to each other.
 */
export function cellsOf(
  options: LabOptions,
  trace: LabTrace,
  arrivals: readonly Arrivals[],
): CellSettings[] {
  const axes: Axes = {
    workers: options.workers,
    engine: options.engine,
    profile: options.profile,
    blockSize: options.blockSize ?? [trace.blockSize],
    kvBlocks: options.kvBlocks ?? [0],
    maxNumSeqs: options.maxNumSeqs,
    maxNumBatchedTokens: options.maxNumBatchedTokens,
    maxWaiting: options.maxWaiting,
    stalenessMs: options.staleness,
    remoteFetchGBps: options.remoteFetch,
    arrivals,
    policy: options.policies,
    kvOverlapWeight: options.kvOverlapWeight,
    loadBalanceWeight: options.loadBalanceWeight,
    routerTemperature: options.routerTemperature,
    seed: options.seeds,
  };
  return product(axes)
    .filter((cell) => cell.policy === 'smart' || hasFirstWeights(cell, axes))
    .map((cell) => ({ ...cell, kvBlocks: cell.kvBlocks || Math.ceil(KV_TOKENS / cell.blockSize) }));
}

/** The configuration of the replay of one cell. */
export function replayConfig(
  cell: CellSettings,
  options: LabOptions,
  trace: LabTrace,
): ReplayConfig {
  const { workers, blockSize, kvBlocks, seed, remoteFetchGBps } = cell;
  const { trace: spec, rate } = trace.open(seed, cell.arrivals);
  return {
    router: {
      policy: cell.policy,
      overlapWeight: cell.kvOverlapWeight,
      loadBalanceWeight: cell.loadBalanceWeight,
      temperature: cell.routerTemperature,
      blockSize,
      workers,
      kvEnabled: true,
      indexCapBlocks: Math.min(INDEX_BLOCKS_MAX, 2 * workers * kvBlocks),
      decisionLogCapacity: 0,
      seed,
    },
    worker: {
      scheduler: cell.engine,
      latency: cell.profile.latency,
      prefixCaching: true,
      blockSize,
      numBlocks: kvBlocks,
      maxNumSeqs: cell.maxNumSeqs,
      maxNumBatchedTokens: cell.maxNumBatchedTokens,
      maxWaiting: cell.maxWaiting,
    },
    trace: spec,
    window: {
      rate,
      limit: options.limit,
      warmupRequests: warmUpRequests(options.warmup, trace.requests),
      prefillOnly: options.prefillOnly,
    },
    serviceLevel: {
      ttftUs: options.slo.ttftUs,
      itlUs: options.slo.itlUs,
      e2eUs: options.slo.e2eUs,
    },
    stalenessUs: cell.stalenessMs * 1000,
    remoteFetch:
      remoteFetchGBps === 0
        ? undefined
        : { bytesPerToken: options.kvBytesPerToken, bytesPerSecond: remoteFetchGBps * 1e9 },
    seed,
  };
}

/** Weights and temperature are those of `smart`: with another policy one combination is enough. */
function hasFirstWeights(cell: CellSettings, axes: Axes): boolean {
  return (
    cell.kvOverlapWeight === axes.kvOverlapWeight[0] &&
    cell.loadBalanceWeight === axes.loadBalanceWeight[0] &&
    cell.routerTemperature === axes.routerTemperature[0]
  );
}

function product(axes: Axes): CellSettings[] {
  let partial: Partial<CellSettings>[] = [{}];
  for (const [name, values] of Object.entries(axes)) {
    partial = partial.flatMap((cell) => values.map((value) => ({ ...cell, [name]: value })));
  }
  return partial.filter(isWhole);

  function isWhole(cell: Partial<CellSettings>): cell is CellSettings {
    return Object.keys(axes).every((name) => name in cell);
  }
}
