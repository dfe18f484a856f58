import { type HitBound, hitBound } from './hit-bound.ts';
import type { ReplayConfig, ReplayTuning, ReplayWindow, TraceSpec } from './replay-config.ts';
import type { ReplayResult } from './replay-result.ts';
import { ArrangedSource } from './trace/arranged-source.ts';
import type { TraceSource } from './trace/trace-source.ts';
import { TableSource } from './trace/trace-table.ts';
import { VirtualDriver } from './virtual-driver.ts';
import { createWorkload } from './workload/workloads.ts';

export interface ReplayOutcome {
  readonly result: ReplayResult;
  /** See `RequestRecords`; undefined unless records were asked for. */
  readonly records: Float64Array | undefined;
}

/** Runs one replay from beginning to end, on this thread. */
export function replay(config: ReplayConfig, tuning: ReplayTuning = {}): ReplayOutcome {
  const driver = new VirtualDriver(config, openTrace(config.trace, config.window), tuning);
  driver.run();
  return { result: driver.recorder.result(), records: driver.recorder.records() };
}

/** What no policy can exceed in the replay of `config`. */
export function boundOf(config: ReplayConfig): HitBound {
  const { trace, window, worker } = config;
  return hitBound(openTrace(trace, window), worker.blockSize, window.prefillOnly);
}

/** Opens a trace anew: every replay needs a source of its own. */
export function openTrace(trace: TraceSpec, window: ReplayWindow): TraceSource {
  const source = trace.kind === 'table' ? new TableSource(trace.table) : createWorkload(trace.spec);
  return new ArrangedSource(source, { rate: window.rate, limit: window.limit });
}
