import { InvalidArgumentError, Option } from 'commander';
import { AXIS_ROWS } from './axes.ts';
import type { AnyAxis, AxisRules } from './axis.ts';

/** What a command says of the options of axes. */
export interface AxisDefaults extends AxisRules {
  /** Settings of the fleet take one value, not a list. */
  readonly isOneFleet: boolean;
  /** What is parsed where an option is not given, by its key, where that is the command's own. */
  readonly fallbacks: Readonly<Partial<Record<string, string>>>;
}

/**
 * The options of the axes under a heading of the help. There is none of an axis whose value would
 * be neither given nor derived.
 */
export function axisOptions(group: string, defaults: AxisDefaults): readonly Option[] {
  return AXIS_ROWS.flatMap(([, row]) =>
    row.option?.group === group ? axisOption(row, row.option, defaults) : [],
  );
}

/** The flag of an option without its dashes. */
export function flagOf(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The value of the option is a list in any case. */
function axisOption(
  { level, derived }: AnyAxis,
  { key, unit, help, parse, fallback: usual }: NonNullable<AnyAxis['option']>,
  { isOneFleet, fallbacks, ...rules }: AxisDefaults,
): readonly Option[] {
  const isList = !(isOneFleet && level === 'fleet');
  const fallback = fallbacks[key] ?? usual;
  const option = new Option(`--${flagOf(key)} <${isList ? 'list' : unit}>`, help).argParser(
    (text) => (isList ? parse(text, rules) : oneOf(parse(text, rules))),
  );
  if (fallback !== undefined) return [option.default(parse(fallback, rules), fallback)];
  return derived === undefined ? [] : [option];
}

function oneOf(values: readonly unknown[]): readonly unknown[] {
  if (values.length === 1) return values;
  throw new InvalidArgumentError('expected one value: only weights and seeds may be lists here');
}
