import type { Histogram } from './distribution.ts';
import type { LabelSets } from './label-sets.ts';

/** All series of one name: a row of the table that the Prometheus formats show. */
export type Family = ValueFamily | HistogramFamily;

interface Head {
  /** As in the text format, where counters end in `_total`. */
  readonly name: string;
  readonly help: string;
  readonly labels: LabelSets;
}

export interface ValueFamily extends Head {
  readonly type: 'counter' | 'gauge';
  /** The value of the series with this index in `labels`. */
  readonly read: (index: number, nowUs: number) => number;
}

export interface HistogramFamily extends Head {
  readonly type: 'histogram';
  /** Its rows are the indices of `labels`. */
  readonly read: Histogram;
  /** How many units of `read` make one of the series: 1e6 for seconds. */
  readonly unit: number;
}

export const SECONDS = 1e6;
export const MILLISECONDS = 1e3;

export const counter = valueFamily('counter');
export const gauge = valueFamily('gauge');

function valueFamily(type: ValueFamily['type']) {
  return (
    name: string,
    help: string,
    labels: LabelSets,
    read: ValueFamily['read'],
  ): ValueFamily => {
    return { name, type, help, labels, read };
  };
}

export function histogram(
  name: string,
  help: string,
  labels: LabelSets,
  read: Histogram,
  unit = 1,
): HistogramFamily {
  return { name, type: 'histogram', help, labels, read, unit };
}
