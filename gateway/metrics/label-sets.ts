/** Labels of a series, in the order in which they are written. */
export type Labels = Readonly<Record<string, string>>;

/** The series of a family: an index and labels for each. Further ones may come up; none goes. */
export interface LabelSets {
  /** Indices so far: 0 .. count - 1. */
  readonly count: number;
  /** Undefined as long as there is no series of this index. */
  at(index: number): Labels | undefined;
}

/** The same labels, of the only series. */
export function fixed(labels: Labels): LabelSets {
  return { count: 1, at: () => labels };
}

/** One series, without labels. */
export const UNLABELLED = fixed({});

/** A series for each value of a label. */
export function labelled(label: string, values: readonly string[]): LabelSets {
  return { count: values.length, at: (index) => ({ [label]: values[index] ?? '' }) };
}

/**
 * All pairs of series of `outer` and `inner`: their index is that of a table with a row for each of
 * `outer` and a column for each of `inner`, of which no more come up.
 */
export function product(outer: LabelSets, inner: LabelSets): LabelSets {
  const columns = inner.count;
  return {
    get count() {
      return outer.count * columns;
    },
    at: (index) => {
      const row = outer.at(Math.floor(index / columns));
      const column = inner.at(index % columns);
      return row === undefined || column === undefined ? undefined : { ...row, ...column };
    },
  };
}
