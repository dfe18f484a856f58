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
  const givenNames = Object.keys(given);
  const initials = columns.slice(givenNames.length).map(([, { initial }]) => initial ?? 0);

  class ColumnTable {
    rows: number;
    /** The arrays once more, in the order of the columns: a loop over them needs no names. */
    #arrays: ArrayOf<Width>[];

    constructor(rows: number) {
      this.rows = rows;
      this.#arrays = columns.map(([, { form }]) => new ARRAYS[form](rows));
      for (const [at, [name]] of columns.entries()) define(this, name, this.#arrays[at]);
    }

    grow(rows: number): void {
      this.rows = rows;
      this.#arrays = columns.map(([name, { form }], at) => {
        const grown = new ARRAYS[form](rows);
        grown.set(this.#arrays[at]!);
        (this as unknown as Arrays)[name] = grown;
        return grown;
      });
    }

    set(row: number, record: Readonly<Record<string, number>>): void {
      const arrays = this.#arrays;
      const named = givenNames.length;
      for (let at = 0; at < named; at++) arrays[at]![row] = record[givenNames[at]!]!;
      for (let at = 0; at < initials.length; at++) arrays[named + at]![row] = initials[at]!;
    }
  }
  return ColumnTable as unknown as new (
    rows: number,
  ) => Table<G, O>;
}
