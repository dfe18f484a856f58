/**
 * What one setting is: a row of the table from which parsing, flags, help, documentation and the
 * type of the resolved settings are all derived.
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
export interface Range {
  readonly min?: number;
  readonly max?: number;
  readonly above?: number;
  readonly unit?: string;
}

export interface BooleanSetting extends Row<boolean> {
  readonly kind: 'boolean';
}

export interface NumberSetting<T extends number | undefined = number | undefined> extends Row<T> {
  readonly kind: 'number';
  readonly integer: boolean;
  readonly range: Range;
}

export interface ChoiceSetting<T extends string = string> extends Row<T> {
  readonly kind: 'choice';
  readonly choices: readonly T[];
}

export interface TextSetting<T extends string | undefined = string | undefined> extends Row<T> {
  readonly kind: 'text';
  readonly pattern: RegExp;
  /** What `pattern` allows, in words. */
  readonly allowed: string;
  readonly secret: boolean;
}

export interface ListSetting<T extends string = string> extends Row<readonly T[]> {
  readonly kind: 'list';
  /** Allowed entries; empty allows any. */
  readonly choices: readonly T[];
  readonly minEntries: number;
}

/** API keys: never shown, and an entry may name a file that holds one key a line. */
export interface KeysSetting extends Row<readonly string[]> {
  readonly kind: 'keys';
}

/** Request path to a probability. */
export interface RatesSetting extends Row<Readonly<Record<string, number>>> {
  readonly kind: 'rates';
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
  return { kind: 'boolean', default: value, help, ...options };
}

export function integer(
  value: number,
  range: Range,
  help: string,
  options: RowOptions = {},
): NumberSetting<number> {
  return { kind: 'number', integer: true, default: value, range, help, ...options };
}

export function decimal(
  value: number,
  range: Range,
  help: string,
  options: RowOptions = {},
): NumberSetting<number> {
  return { kind: 'number', integer: false, default: value, range, help, ...options };
}

/** A number that has no default: unset is `undefined`. */
export function optionalNumber(
  type: 'integer' | 'decimal',
  range: Range,
  help: string,
  options: RowOptions = {},
): NumberSetting<number | undefined> {
  const integer = type === 'integer';
  return { kind: 'number', integer, default: undefined, range, help, ...options };
}

export function choice<const T extends string>(
  value: NoInfer<T>,
  choices: readonly T[],
  help: string,
  options: RowOptions = {},
): ChoiceSetting<T> {
  return { kind: 'choice', default: value, choices, help, ...options };
}

const ANY_TEXT = { pattern: /^\S(.*\S)?$/, allowed: 'text' };

export function text(value: string, help: string, options: RowOptions = {}): TextSetting<string> {
  return { kind: 'text', default: value, ...ANY_TEXT, secret: false, help, ...options };
}

export function path(help: string, options: RowOptions = {}): TextSetting<string | undefined> {
  const allowed = 'a path';
  const common = { kind: 'text', default: undefined, pattern: ANY_TEXT.pattern } as const;
  return { ...common, allowed, secret: false, help, ...options };
}

/** A URL that may hold a password. */
export function secretUrl(
  pattern: RegExp,
  allowed: string,
  help: string,
  options: RowOptions = {},
): TextSetting<string | undefined> {
  return { kind: 'text', default: undefined, pattern, allowed, secret: true, help, ...options };
}

export function list<const T extends string = string>(
  value: readonly NoInfer<T>[],
  rule: { readonly choices?: readonly T[]; readonly minEntries?: number },
  help: string,
  options: RowOptions = {},
): ListSetting<T> {
  const { choices = [], minEntries = 0 } = rule;
  const frozen = Object.freeze([...value]);
  return { kind: 'list', default: frozen, choices, minEntries, help, ...options };
}

export function keys(help: string, options: RowOptions = {}): KeysSetting {
  return { kind: 'keys', default: Object.freeze([]), help, ...options };
}

export function rates(help: string, options: RowOptions = {}): RatesSetting {
  return { kind: 'rates', default: Object.freeze({}), help, ...options };
}

/** Whether a value must never be shown or logged. */
export function isSecret(setting: Setting): boolean {
  return setting.kind === 'keys' || (setting.kind === 'text' && setting.secret);
}
