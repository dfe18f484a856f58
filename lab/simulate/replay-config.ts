import type { PolicySource } from '../../engine/router/policy-source.ts';
import type { RouterConfig } from '../../engine/router/smart-router.ts';
import type { WorkerConfig } from '../../shared/protocol.ts';
import type { TraceTable } from '../traces/trace-table.ts';
import type { WorkloadSpec } from '../workloads/workloads.ts';

/** Where the requests of a replay come from. Plain data: a table is shared memory, not copied. */
export type TraceSpec =
  | { readonly kind: 'table'; readonly table: TraceTable }
  | { readonly kind: 'workload'; readonly spec: WorkloadSpec };

/** Which part of the trace is replayed, and how fast its requests arrive. */
export interface ReplayWindow {
  /** Speed-up of arrivals; think times stay as they are. */
  readonly rate: number;
  /** Ends after this many requests; `Infinity` for all. */
  readonly limit: number;
  /** The first requests warm the caches and are in no statistic. */
  readonly warmupRequests: number;
  /** Cuts every answer to one token: the prefill side of a disaggregated cluster. */
  readonly prefillOnly: boolean;
}

/** What a request must keep to count as good; `Infinity` where nothing is asked for. */
export interface ServiceLevel {
  readonly ttftUs: number;
  /** Bound on the mean gap between the tokens of one answer. */
  readonly itlUs: number;
  readonly e2eUs: number;
}

/** Lets a worker pull the missing part of a prefix out of another worker's cache. */
export interface RemoteFetch {
  /** Size of the keys and values of one token, in bytes. */
  readonly bytesPerToken: number;
  /** Each transfer has this much for itself. */
  readonly bytesPerSecond: number;
}

/** Everything that decides the result of one replay. */
export interface ReplayConfig {
  readonly router: RouterConfig;
  readonly worker: WorkerConfig;
  readonly trace: TraceSpec;
  readonly window: ReplayWindow;
  readonly serviceLevel: ServiceLevel;
  /** How late KV events and load reports reach the router. */
  readonly stalenessUs: number;
  readonly remoteFetch: RemoteFetch | undefined;
  /** The policy, if it is one of the user's own: then that of `router` has no part in it. */
  readonly policyModule: PolicySource | undefined;
  /** Seed of the requests' latency draws; the router and the workload have their own. */
  readonly seed: number;
}

/** Options that change how a replay computes or what it keeps, but no figure of its result. */
export interface ReplayTuning {
  /** Largest number of equal decode steps done as one; 1 takes every step by itself. */
  readonly maxEqualSteps?: number;
  /** Keeps a record of every request. */
  readonly records?: boolean;
  /** Told now and then how many requests have arrived since it was last told. */
  readonly onArrivals?: (requests: number) => void;
}
