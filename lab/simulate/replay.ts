import type { Decision } from '../../engine/router/decision-log.ts';
import type { RoutingPolicy } from '../../engine/router/routing-policy.ts';
import type { ArrivalOrder } from '../measure/arrival-log.ts';
import { type HitBound, hitBound } from '../measure/hit-bound.ts';
import type { ReplayResult } from '../measure/replay-result.ts';
import { AnsweredSource } from '../traces/answered-source.ts';
import { ArrangedSource } from '../traces/arranged-source.ts';
import { OrderedSource } from '../traces/ordered-source.ts';
import type { TraceSource } from '../traces/trace-source.ts';
import { TableSource } from '../traces/trace-table.ts';
import { createWorkload } from '../workloads/workloads.ts';
import type { ReplayConfig, ReplayTuning, ReplayWindow, TraceSpec } from './replay-config.ts';
import { VirtualDriver } from './virtual-driver.ts';

/** What a replay gives: its figures, and what was asked for beside them. */
export interface ReplayOutput {
  readonly result: ReplayResult;
  /** See `RequestRecords`; undefined unless records were asked for. */
  readonly records: Float64Array | undefined;
  /** The last decisions, oldest first; none unless records were asked for. */
  readonly decisions: readonly Decision[];
  /** What came in which order; undefined if the trace alone says so. */
  readonly order: ArrivalOrder | undefined;
}

/**
 * Runs one replay from beginning to end, on this thread. `policy` is that of the configuration's
 * module, if it has one; what it does wrong is a `PolicyError`, which names the request.
 */
export function replay(
  config: ReplayConfig,
  tuning: ReplayTuning = {},
  policy?: RoutingPolicy,
): ReplayOutput {
  const source = openTrace(config.trace, config.window);
  const driver = new VirtualDriver(config, source, tuning, policy);
  driver.run();
  const { recorder, order } = driver;
  return {
    result: recorder.result(),
    records: recorder.records(),
    decisions: driver.decisions(),
    order,
  };
}

/**
 * What no policy can exceed in the replay of `config`, if its requests come in `order`. Without
 * one, nothing is taken to be refused, and each answer to end as it begins.
 */
export function boundOf(config: ReplayConfig, order?: ArrivalOrder): HitBound {
  const { trace, window, worker } = config;
  const source = openTrace(trace, window);
  return hitBound(order ? new OrderedSource(source, order) : new AnsweredSource(source), {
    blockSize: worker.blockSize,
    warmupRequests: window.warmupRequests,
    prefillOnly: window.prefillOnly,
    refused: order?.refused,
  });
}

/**
 * Whether `bound`, taken without an order, may not be that of the requests that `output` counts:
 * some were refused, the warm-up ended between turns that wait, or they hit more than that.
 */
export function needsOwnBound(
  { result, order }: ReplayOutput,
  bound: HitBound,
  { warmupRequests }: ReplayWindow,
): boolean {
  if (order === undefined) return false;
  const isSplit = warmupRequests > 0 || order.refused.length > 0;
  return isSplit || (result.cache.tokenHitRate ?? 0) > bound.tokenHitRate;
}

/** Opens a trace anew: every replay needs a source of its own. */
export function openTrace(
  trace: TraceSpec,
  window: Pick<ReplayWindow, 'rate' | 'limit'>,
): TraceSource {
  const source = trace.kind === 'table' ? new TableSource(trace.table) : createWorkload(trace.spec);
  return new ArrangedSource(source, { rate: window.rate, limit: window.limit });
}
