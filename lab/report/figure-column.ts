import { assert } from '../../shared/assert.ts';
import type { Distribution, ReplayResult } from '../measure/replay-result.ts';
import { durationText } from './figure-text.ts';
import type { ReportCell } from './report-data.ts';

/** One figure of a cell, as a column of a table of policies. */
export interface FigureColumn {
  readonly heading: string;
  readonly figure: (cell: ReportCell) => number | null;
  readonly text: (figure: number) => string;
  /** Which end is the better one; undefined where neither is. */
  readonly better?: 'low' | 'high';
}

/** Columns under one heading, which measure the same thing. */
export interface ColumnGroup {
  readonly heading: string;
  /** What is measured, and how: a sentence or two. */
  readonly meaning: string;
  readonly columns: readonly FigureColumn[];
}

/** The columns of one table of policies. */
export interface FigureTable {
  readonly title: string;
  readonly groups: readonly ColumnGroup[];
}

/** A figure of the result itself. */
export function column(
  heading: string,
  figure: (result: ReplayResult) => number | null,
  text: (figure: number) => string,
  better?: 'low' | 'high',
): FigureColumn {
  const of = ({ result }: ReportCell): number | null => figure(result);
  return { heading, figure: of, text, ...(better === undefined ? {} : { better }) };
}

/** Statistics of one latency. */
export function latencyColumns(
  of: (latencies: ReplayResult['latencies']) => Distribution,
  statistics: readonly (keyof Distribution)[],
): FigureColumn[] {
  return statistics.map((statistic) =>
    column(statistic, (result) => of(result.latencies)[statistic], durationText, 'low'),
  );
}

/** The same group with those of its columns alone, which it must have. */
export function part(group: ColumnGroup, ...headings: readonly string[]): ColumnGroup {
  const columns = headings.flatMap((heading) =>
    group.columns.filter((candidate) => candidate.heading === heading),
  );
  assert(columns.length === headings.length, 'a group has the columns that a table takes of it');
  return { ...group, columns };
}
