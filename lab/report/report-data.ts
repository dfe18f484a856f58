import type { HitBound } from '../measure/hit-bound.ts';
import type { ReplayResult } from '../measure/replay-result.ts';
import type { ServiceLevel } from '../simulate/replay-config.ts';

/** One replay of the grid: where it stands in the grid, and what it found. */
export interface ReportCell {
  /** Name of the routing policy, with its weights where these are swept. */
  readonly policy: string;
  /** Swept values other than policy, rate and seed, such as `16 workers`; empty if none are. */
  readonly variant: string;
  /** Arrival rate, in the unit of `ReportData.rateUnit`. */
  readonly rate: number;
  readonly seed: number;
  readonly result: ReplayResult;
  /** What no policy can exceed with these requests, where it is known. */
  readonly bound: HitBound | undefined;
  /** Time that the simulation took, where it was measured. In no hash: it differs every time. */
  readonly wallSeconds: number | undefined;
}

/** Everything that the report of a replay shows. */
export interface ReportData {
  /** What was replayed: the name of the workload or of the trace file. */
  readonly title: string;
  /** Version of the program. */
  readonly version: string;
  /** The command line that gives the same results again. */
  readonly command: string;
  /** The one that replays the same at several rates. */
  readonly sweepCommand: string;
  /** Hash over configuration, seeds and results. */
  readonly resultsHash: string;
  /** The resolved configuration, shown as it is. Plain data, without the requests themselves. */
  readonly config: object;
  /** Unit of the cells' rates: requests per second, or times the trace's own speed. */
  readonly rateUnit: 'req/s' | '×';
  readonly serviceLevel: ServiceLevel;
  /** In the order in which tables and legends name their policies. At least one. */
  readonly cells: readonly ReportCell[];
}
