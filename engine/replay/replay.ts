import type { ReplayConfig, ReplayTuning, TraceSpec } from './replay-config.ts';
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
  const { rate, limit } = config.window;
  const source = new ArrangedSource(openTrace(config.trace), { rate, limit });
  const driver = new VirtualDriver(config, source, tuning);
  driver.run();
  return { result: driver.recorder.result(), records: driver.recorder.records() };
}

/** Opens a trace anew; every replay needs a source of its own. */
export function openTrace(trace: TraceSpec): TraceSource {
  return trace.kind === 'table' ? new TableSource(trace.table) : createWorkload(trace.spec);
}
