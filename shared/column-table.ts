import { ARRAYS, define, type NumberColumns, type RowOf, type Width } from './columns.ts';

type ArrayOf<W extends Width> = InstanceType<(typeof ARRAYS)[W]>;
type Arrays = Record<string, ArrayOf<Width>>;

/** A typed array for each column, by its name: another one after `grow`. */
export type ColumnArrays<S extends NumberColumns> = {
  readonly [Name in keyof S]: ArrayOf<S[Name]['form']>;
};

/** Rows of numbers: what does not depend on which columns they have. */
interface Rows<Given extends NumberColumns> {
  /** Rows that there is room for. */
  readonly rows: number;
  grow(rows: number): void;
  /** Sets a row to what `given` says, and its other columns to their initial values. */
  set(row: number, given: RowOf<Given>): void;
}

type Table<G extends NumberColumns, O extends NumberColumns> = Rows<G> &
  ColumnArrays<G> &
  ColumnArrays<O>;

/**
 * The class of tables with the columns of records that are `given`, and with `others` of their own.
 */
export function columnTable<G extends NumberColumns, O extends NumberColumns>(
  given: G,
  others: O,
): new (
  rows: number,
) => Table<G, O> {
  const columns = Object.entries({ ...given, ...others });
  const setRow = rowSetter(Object.keys(given), Object.entries(others));

  class ColumnTable {
    rows: number;

    constructor(rows: number) {
      this.rows = rows;
      for (const [name, { form }] of columns) define(this, name, new ARRAYS[form](rows));
    }

    grow(rows: number): void {
      this.rows = rows;
      const arrays = this as unknown as Arrays;
      for (const [name, { form }] of columns) {
        const grown = new ARRAYS[form](rows);
        grown.set(arrays[name]!);
        arrays[name] = grown;
      }
    }

    set(row: number, record: Readonly<Record<string, number>>): void {
      setRow(this as unknown as Arrays, row, record);
    }
  }
  return ColumnTable as unknown as new (
    rows: number,
  ) => Table<G, O>;
}

type RowSetter = (arrays: Arrays, row: number, record: Readonly<Record<string, number>>) => void;

/**
 * Sets a row: code with the names of the columns in it, since one place that looks up the names of
 * many columns takes several times as long as a place for each.
 */
function rowSetter(
  given: readonly string[],
  others: readonly (readonly [string, NumberColumns[string]])[],
): RowSetter {
  const lines = given.map((name) => `arrays.${name}[row] = record.${name};`);
  lines.push(...others.map(([name, { initial }]) => `arrays.${name}[row] = ${initial ?? 0};`));
  return new Function('arrays', 'row', 'record', lines.join('\n')) as RowSetter;
}
