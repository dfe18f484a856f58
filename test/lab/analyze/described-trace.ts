import assert from 'node:assert/strict';
import type { PromptReuse } from '../../../lab/analyze/prompt-reuse.ts';
import { type TraceStats, traceStats } from '../../../lab/analyze/trace-stats.ts';
import type { WorkingSet } from '../../../lab/analyze/working-set.ts';
import type { TraceSource } from '../../../lab/traces/trace-source.ts';

export interface DescribedTrace extends TraceStats {
  readonly reuse: PromptReuse;
  readonly workingSet: WorkingSet;
}

/** The statistics of a trace with blocks of one size. */
export function describedTrace(source: TraceSource, blockSize: number): DescribedTrace {
  const stats = traceStats(source, blockSize);
  const [blocks] = stats.blocks;
  assert.ok(blocks);
  return { ...stats, reuse: blocks.prompts, workingSet: blocks.workingSet };
}
