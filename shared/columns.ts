/**
 * Columns: what a record is made of, said once. The record's type, its bytes in a message
 * (`codec.ts`) and the typed arrays that hold many of them (`column-table.ts`) follow from them.
 */

/** Numbers by their width, and the arrays that hold them. */
export const ARRAYS = {
  u8: Uint8Array,
  i32: Int32Array,
  u32: Uint32Array,
  f64: Float64Array,
} as const;
export type Width = keyof typeof ARRAYS;

/**
 * What a column holds: a number of some width; one of a few `values`, by its place; a list of
 * 32-bit words, `words` in an array or `list` in a `U32List`; a record of its own, `columns`; or an
 * `item`, whatever msgpack can carry.
 */
export type Form = Width | 'choice' | 'words' | 'list' | 'group' | 'item';

declare const value: unique symbol;

export interface Column<T> {
  readonly form: Form;
  /** What a record has that does not say. */
  readonly initial?: T;
  readonly values?: readonly T[];
  readonly columns?: Columns;
  readonly [value]?: T;
}
export type Columns = Readonly<Record<string, Column<unknown>>>;

export interface NumberColumn<T extends number, W extends Width> extends Column<T> {
  readonly form: W;
}
export type NumberColumns = Readonly<Record<string, NumberColumn<number, Width>>>;

export type ValueOf<C> = C extends Column<infer T> ? T : never;

/** The record that has these columns. */
export type RowOf<S extends Columns> = { readonly [Name in keyof S]: ValueOf<S[Name]> };

/** Those of its columns that have an initial value. */
export type DefaultsOf<S extends Columns> = {
  readonly [Name in keyof S as S[Name] extends { readonly initial: unknown }
    ? Name
    : never]: ValueOf<S[Name]>;
};

export const u8 = <T extends number = number>(): NumberColumn<T, 'u8'> => ({ form: 'u8' });
export const i32 = <T extends number = number>(): NumberColumn<T, 'i32'> => ({ form: 'i32' });
export const u32 = <T extends number = number>(): NumberColumn<T, 'u32'> => ({ form: 'u32' });
export const f64 = <T extends number = number>(): NumberColumn<T, 'f64'> => ({ form: 'f64' });
export const words = (): Column<Uint32Array> => ({ form: 'words' });
export const list = <T>(): Column<T> => ({ form: 'list' });
export const item = <T>(): Column<T> => ({ form: 'item' });

export function choice<T>(values: readonly T[]): Column<T> {
  return { form: 'choice', values };
}

export function group<S extends Columns>(columns: S): Column<RowOf<S>> {
  return { form: 'group', columns };
}

/** `column`, which is `initial` in a record that does not say. */
export function initially<C extends Column<unknown>>(
  column: C,
  initial: ValueOf<C>,
): C & { readonly initial: ValueOf<C> } {
  return { ...column, initial };
}

/** The initial values of those columns that have one. */
export function defaultsOf<S extends Columns>(columns: S): DefaultsOf<S> {
  return defined(
    Object.entries(columns).filter(([, column]) => 'initial' in column),
  ) as DefaultsOf<S>;
}

/** A record of these columns, each of them its initial value or 0. */
export function blankOf<S extends Columns>(columns: S): RowOf<S> {
  return defined(Object.entries(columns)) as RowOf<S>;
}

/**
 * To V8 a record of more than 12 properties that is filled by computed names is a hash table, and
 * so is each copy of it; one whose properties are defined is as fast as a literal.
 */
function defined(columns: readonly [string, Column<unknown>][]): object {
  const record = {};
  for (const [name, { initial }] of columns) define(record, name, initial ?? 0);
  return record;
}

export function columnNames<S extends Columns>(columns: S): readonly (keyof S)[] {
  return Object.keys(columns);
}

/** A class whose instances have these values until they get others. */
export function withDefaults<D extends object>(defaults: D): new () => D {
  class Defaults {}
  Object.assign(Defaults.prototype, defaults);
  return Defaults as new () => D;
}

/** Gives `record` a property like any other: see `defined`. */
export function define(record: object, name: string, value: unknown): void {
  Object.defineProperty(record, name, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}
