import type { TraceStats } from '../analyze/trace-stats.ts';

/** A part of what is said of a trace, in the terminal and on the page alike. */
export type AnalysisPart = AnalysisText | AnalysisTable;

export interface AnalysisText {
  readonly kind: 'text';
  readonly text: string;
  /** Something else begins with it. */
  readonly isOpening: boolean;
}

export interface AnalysisTable {
  readonly kind: 'table';
  /** The first one says what a row is. */
  readonly titles: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Everything that the page of an analysis shows. */
export interface AnalysisData {
  /** The name of the workload or of the trace file. */
  readonly title: string;
  readonly version: string;
  /** The command line that gives the same results again. */
  readonly command: string;
  /** Hash over configuration and results. */
  readonly resultsHash: string;
  /** Plain data, shown as it is. */
  readonly config: object;
  /** What the requests are by their own clock, in sentences. */
  readonly facts: readonly string[];
  readonly parts: readonly AnalysisPart[];
  readonly stats: TraceStats;
  /** Tokens that the cache of a worker holds by default. */
  readonly workerTokens: number;
}
