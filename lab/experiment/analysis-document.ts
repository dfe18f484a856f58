import type { TraceStats } from '../analyze/trace-stats.ts';
import { KV_TOKENS } from '../simulate/build-config.ts';
import { type HashedDocument, withHash } from './lab-document.ts';
import type { AnalyzeOptions } from './lab-options.ts';
import type { LabTrace } from './lab-trace.ts';

export interface AnalysisDocument extends HashedDocument {
  /** Which requests it is of, and what was asked for. */
  readonly common: object;
}

/** What `fakeai analyze` found, as JSON that is the same for the same requests and settings. */
export function analysisDocument(
  { limit, rate, qps, seed }: AnalyzeOptions,
  trace: LabTrace,
  stats: TraceStats,
  isComplete: boolean,
): AnalysisDocument {
  const common = {
    trace: trace.description,
    limit: Number.isFinite(limit) ? limit : null,
    ...(qps === undefined ? { rate } : { qps }),
    seed,
    blockSizes: stats.blocks.map(({ blockSize }) => blockSize),
    workerTokens: KV_TOKENS,
  };
  return { common, ...withHash({ fakeaiAnalyze: 1, common, isComplete, stats }) };
}
