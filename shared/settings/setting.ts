import {
  type NumberOptions,
  type TArray,
  type TBoolean,
  type TInteger,
  type TNumber,
  type TRecord,
  type TString,
  type TUnsafe,
  Type,
} from '@sinclair/typebox';
import { oneOf } from '../schema/one-of.ts';

/**
 * What one setting is: a row of the table from which parsing, flags, help, documentation and the
 * type of the resolved settings are all derived. Its schema says which values it takes; `x-type`
 * and `x-unit` there are words for messages.
 */

interface RowOptions {
  /** Name inside the section, where it differs from the flat name. */
  readonly nested?: string;
  /** Further flags, without `--`. */
  readonly aliases?: readonly string[];
  /** Set when the value does not, or not yet, do what its name says. */
  readonly effect?: Effect;
}

interface Row<T> extends RowOptions {
  readonly default: T;
  /** One or more sentences; the first is shown in the command's help. */
  readonly help: string;
}

/**
 * Why a setting has no effect. `never` on this stack, for the reason in `why`: it is accepted with
 * a warning, so that configurations of other servers start. Not `yet`, since the feature is not
 * built: any value but the default, which says what is so, is refused, since whoever sets it counts
 * on it.
 */
export type Effect = { readonly kind: 'never'; readonly why: string } | { readonly kind: 'yet' };

export const NOT_YET: Effect = { kind: 'yet' };

/** Inclusive bounds, except `above`, which is exclusive. */
interface Range {
  readonly min?: number;
  readonly max?: number;
  readonly above?: number;
  readonly unit?: string;
}

export interface BooleanSetting extends Row<boolean> {
  readonly kind: 'boolean';
  readonly schema: TBoolean;
}

export interface NumberSetting<T extends number | undefined = number | undefined> extends Row<T> {
  readonly kind: 'number';
  readonly schema: TInteger | TNumber;
}

export interface ChoiceSetting<T extends string = string> extends Row<T> {
  readonly kind: 'choice';
  readonly schema: TUnsafe<T>;
}

export interface TextSetting<T extends string | undefined = string | undefined> extends Row<T> {
  readonly kind: 'text';
  readonly schema: TString;
  readonly secret: boolean;
}

export interface ListSetting<T extends string = string> extends Row<readonly T[]> {
  readonly kind: 'list';
  readonly schema: TArray<TUnsafe<T>>;
}

/** API keys: never shown, and an entry may name a file that holds one key a line. */
export interface KeysSetting extends Row<readonly string[]> {
  readonly kind: 'keys';
  readonly schema: TArray<TString>;
}

/** Request path to a probability. */
export interface RatesSetting extends Row<Readonly<Record<string, number>>> {
  readonly kind: 'rates';
  readonly schema: TRecord<TString, TNumber>;
}

export type Setting =
  | BooleanSetting
  | NumberSetting
  | ChoiceSetting
  | TextSetting
  | ListSetting
  | KeysSetting
  | RatesSetting;

export function boolean(value: boolean, help: string, options: RowOptions = {}): BooleanSetting {
  return { kind: 'boolean', schema: Type.Boolean(), default: value, help, ...options };
}

export function integer(
  value: number,
  range: Range,
  help: string,
  options: RowOptions = {},
): NumberSetting<number> {
  const schema = Type.Integer(boundsOf(range));
  return { kind: 'number', schema, default: value, help, ...options };
}

export function decimal(
  value: number,
  range: Range,
  help: string,
  options: RowOptions = {},
): NumberSetting<number> {
  const schema = Type.Number(boundsOf(range));
  return { kind: 'number', schema, default: value, help, ...options };
}

/** A number that has no default: unset is `undefined`. */
export function optionalNumber(
  type: 'integer' | 'decimal',
  range: Range,
  help: string,
  options: RowOptions = {},
): NumberSetting<number | undefined> {
  const bounds = boundsOf(range);
  const schema = type === 'integer' ? Type.Integer(bounds) : Type.Number(bounds);
  return { kind: 'number', schema, default: undefined, help, ...options };
}

function boundsOf({ min, max, above, unit }: Range): NumberOptions {
  return {
    ...(min === undefined ? {} : { minimum: min }),
    ...(max === undefined ? {} : { maximum: max }),
    ...(above === undefined ? {} : { exclusiveMinimum: above }),
    ...(unit === undefined ? {} : { 'x-unit': unit }),
  };
}

export function choice<const T extends string>(
  value: NoInfer<T>,
  choices: readonly T[],
  help: string,
  options: RowOptions = {},
): ChoiceSetting<T> {
  return { kind: 'choice', schema: oneOf(choices), default: value, help, ...options };
}

const ANY_TEXT = String.raw`^\S(.*\S)?$`;

export function text(value: string, help: string, options: RowOptions = {}): TextSetting<string> {
  const schema = Type.String({ pattern: ANY_TEXT, 'x-type': 'text' });
  return { kind: 'text', schema, default: value, secret: false, help, ...options };
}

export function path(help: string, options: RowOptions = {}): TextSetting<string | undefined> {
  const schema = Type.String({ pattern: ANY_TEXT, 'x-type': 'a path' });
  return { kind: 'text', schema, default: undefined, secret: false, help, ...options };
}

/** A URL that may hold a password. `allowed` says in words what `pattern` matches. */
export function secretUrl(
  pattern: RegExp,
  allowed: string,
  help: string,
  options: RowOptions = {},
): TextSetting<string | undefined> {
  const schema = Type.String({ pattern: pattern.source, 'x-type': allowed });
  return { kind: 'text', schema, default: undefined, secret: true, help, ...options };
}

export function list<const T extends string = string>(
  value: readonly NoInfer<T>[],
  rule: { readonly choices?: readonly T[]; readonly minEntries?: number },
  help: string,
  options: RowOptions = {},
): ListSetting<T> {
  const { choices, minEntries: minItems } = rule;
  const entry = choices === undefined ? Type.Unsafe<T>(Type.String()) : oneOf(choices);
  const schema = Type.Array(entry, minItems === undefined ? {} : { minItems });
  return { kind: 'list', schema, default: Object.freeze([...value]), help, ...options };
}

export function keys(help: string, options: RowOptions = {}): KeysSetting {
  const schema = Type.Array(Type.String());
  return { kind: 'keys', schema, default: Object.freeze([]), help, ...options };
}

export function rates(help: string, options: RowOptions = {}): RatesSetting {
  const rate = Type.Number({ minimum: 0, maximum: 1 });
  const schema = Type.Record(Type.String({ pattern: '^/' }), rate, { additionalProperties: false });
  return { kind: 'rates', schema, default: Object.freeze({}), help, ...options };
}

/** Whether a value must never be shown or logged. */
export function isSecret(setting: Setting): boolean {
  return setting.kind === 'keys' || (setting.kind === 'text' && setting.secret);
}
