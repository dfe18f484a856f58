import { InvalidArgumentError } from 'commander';
import type { LatencyConfig } from '../../shared/latency-config.ts';
import { LATENCY_PROFILE_NAMES, latencyProfile } from '../../shared/latency-profiles.ts';
import { POLICY_NAMES, type PolicyName } from '../../shared/policy-names.ts';
import { didYouMean, nearMisses } from '../../shared/settings/near-miss.ts';

/** Parsers of option values. They throw `InvalidArgumentError`, which names what was expected. */

export interface NumberRange {
  readonly min: number;
  readonly max: number;
  readonly integer?: boolean;
}

/** A latency model and how the user calls it. */
export interface NamedLatency {
  readonly name: string;
  readonly latency: LatencyConfig;
}

export function numberIn(range: NumberRange): (text: string) => number {
  return (text) => parseNumber(text, range);
}

/** `1,2,8`. */
export function numbersIn(range: NumberRange): (text: string) => readonly number[] {
  return (text) => unique(text.split(',').map((part) => parseNumber(part, range)));
}

/** `1,5,7-9`. */
export function integersIn(range: NumberRange): (text: string) => readonly number[] {
  return (text) => {
    const parts = text.split(',').flatMap((part) => {
      const [first, last, ...rest] = part.split('-').map((end) => parseInteger(end, range));
      if (first === undefined || rest.length > 0) throw new InvalidArgumentError(expected(range));
      if (last === undefined) return [first];
      if (last < first || last - first > 1000) {
        throw new InvalidArgumentError(`${part} is no range; expected for example 1-3`);
      }
      return Array.from({ length: last - first + 1 }, (_, index) => first + index);
    });
    return unique(parts);
  };
}

/** `all`, or names of policies. */
export function policies(text: string): readonly PolicyName[] {
  if (text === 'all') return POLICY_NAMES;
  return unique(text.split(',').map((name) => oneOf(name.trim(), POLICY_NAMES, 'policy')));
}

/** `paced`, `batched` or both. */
export function engines(text: string): readonly ('paced' | 'batched')[] {
  return unique(text.split(',').map((name) => oneOf(name.trim(), ['batched', 'paced'], 'engine')));
}

/**
 * Names of latency profiles, or models with their numbers: `linear:OVERHEAD_MS:US_PER_TOKEN:ITL_MS`
 * and optionally `:LOAD_FACTOR`, `constant:TTFT_MS:ITL_MS`, `polynomial:A:B:C:D:E:F`.
 */
export function profiles(text: string): readonly NamedLatency[] {
  return text.split(',').map((part) => profile(part.trim()));
}

/** `name=value`, repeatable. */
export function assignment(
  text: string,
  previous: Readonly<Record<string, number>> = {},
): Readonly<Record<string, number>> {
  const match = /^(\w+)=(.+)$/.exec(text);
  const value = Number(match?.[2]);
  if (match?.[1] === undefined || !Number.isFinite(value)) {
    throw new InvalidArgumentError('expected name=number, for example requests=1000');
  }
  return { ...previous, [match[1]]: value };
}

function parseNumber(text: string, range: NumberRange): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  const fits = value >= range.min && value <= range.max;
  if (!fits || (range.integer === true && !Number.isInteger(value))) {
    throw new InvalidArgumentError(`${text.trim()}: ${expected(range)}`);
  }
  return value;
}

function parseInteger(text: string, range: NumberRange): number {
  return parseNumber(text, { ...range, integer: true });
}

function expected({ min, max, integer = false }: NumberRange): string {
  return `expected ${integer ? 'an integer' : 'a number'} from ${min} to ${max}`;
}

function oneOf<Name extends string>(name: string, names: readonly Name[], what: string): Name {
  const found = names.find((candidate) => candidate === name);
  if (found !== undefined) return found;
  const near = nearMisses(name, names);
  const hint = near.length > 0 ? didYouMean(near) : `; there are ${names.join(', ')}`;
  throw new InvalidArgumentError(`no ${what} ${JSON.stringify(name)}${hint}`);
}

function profile(text: string): NamedLatency {
  const named = latencyProfile(text);
  if (named !== undefined) return { name: text, latency: named };
  const [kind = '', ...rest] = text.split(':');
  const numbers = rest.map((part) => parseNumber(part, { min: -1e9, max: 1e9 }));
  const latency = customLatency(kind, numbers);
  if (latency !== undefined) return { name: text, latency };
  const near = nearMisses(text, LATENCY_PROFILE_NAMES);
  const hint =
    near.length > 0 ? didYouMean(near) : `; there are ${LATENCY_PROFILE_NAMES.join(', ')}`;
  throw new InvalidArgumentError(
    `no profile ${JSON.stringify(text)}${hint}, or for example linear:30:250:12`,
  );
}

function customLatency(kind: string, numbers: readonly number[]): LatencyConfig | undefined {
  const [a = 0, b = 0, c = 0, d = 1, e = 0, f = 0] = numbers;
  if (kind === 'linear' && (numbers.length === 3 || numbers.length === 4)) {
    return {
      kind: 'linear',
      prefillOverheadUs: a * 1000,
      prefillUsPerToken: b,
      prefillDeviationPercent: 0,
      itlUs: c * 1000,
      itlDeviationPercent: 0,
      loadFactor: d,
    };
  }
  if (kind === 'constant' && numbers.length === 2) {
    return {
      kind: 'constant',
      ttftUs: a * 1000,
      ttftVariancePercent: 0,
      itlUs: b * 1000,
      itlVariancePercent: 0,
      ttftFixedShare: 0,
    };
  }
  if (kind === 'polynomial' && numbers.length === 6) {
    return { kind: 'polynomial', prefillMs: [a, b, c], decodeMs: [d, e, f], decodeMinMs: 1 };
  }
  return undefined;
}

function unique<Value>(values: readonly Value[]): readonly Value[] {
  return [...new Set(values)];
}
