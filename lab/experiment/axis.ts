import type { PolicySource } from '../../engine/router/policy-source.ts';
import type { ConfigChange } from '../simulate/build-config.ts';
import type { WeightRange, WeightTable } from './weights.ts';

/** What a command says of the options of axes. */
export interface AxisRules {
  readonly weights: WeightTable<WeightRange>;
}

/** What options that no grid sweeps say of the configuration of a replay. */
export interface ChangeOptions {
  readonly kvBytesPerToken: number;
  /** A policy of the user's own, compared with the others by its name. */
  readonly ownPolicy?: PolicySource | undefined;
}

/** Where the values of an axis come from. */
interface AxisOption<Key extends string, Value> {
  /** Name of the list of values in the options; that of the flag in kebab case. */
  readonly key: Key;
  /** Heading of the help under which the flag stands. */
  readonly group: 'Router:' | 'Workers:';
  /** What the flag is called to take where it takes one value. */
  readonly unit: string;
  readonly help: string;
  parse(text: string, rules: AxisRules): readonly Value[];
  /** What is parsed where the flag is not given; a value is `derived` where there is none. */
  readonly fallback?: string;
}

/** A setting of the lab that a grid sweeps. */
export interface Axis<Key extends string, Value> {
  /** Undefined where a command has options of its own for it. */
  readonly option?: AxisOption<Key, Value>;
  /** What is swept slower comes first; a fleet is one where a command takes only one. */
  readonly level: Level;
  /** Title of its column in tables. */
  readonly title: string;
  /** How a report names a value; undefined where a report has a field of its own for it. */
  variant?(value: Value): string;
  /** A value as on the command line and in tables; `String` where there is none. */
  text?(value: Value): string;
  /** The value that is right for blocks of so many tokens, those of the trace or of the cell. */
  derived?(blockTokens: number): Value;
  /** What the value changes of the replay; undefined where the requests are what it changes. */
  change?(value: Value, options: ChangeOptions): ConfigChange;
}

/** From the slowest that is swept to the fastest. */
export const LEVELS = ['fleet', 'arrivals', 'router'] as const;
type Level = (typeof LEVELS)[number];

/** A row whatever its values are. */
export type AnyAxis = Axis<string, unknown>;

/** The row of a table, with its types. */
export function axis<const Key extends string, Value>(row: Axis<Key, Value>): Axis<Key, Value> {
  return row;
}

/** A value as on the command line and in tables. */
export function axisText({ text = String }: AnyAxis, value: unknown): string {
  return text(value);
}
