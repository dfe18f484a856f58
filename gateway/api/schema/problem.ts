import {
  KindGuard,
  type TArray,
  type TInteger,
  type TNumber,
  type TObject,
  type TRecord,
  type TSchema,
  type TString,
  type TUnion,
  Type,
} from '@sinclair/typebox';
import { TypeCompiler } from '@sinclair/typebox/compiler';
import { type ApiError, apiError } from '../../../shared/errors.ts';
import { namesOf, oneOf } from '../../../shared/schema/one-of.ts';
import { isJsonObject, type JsonObject } from '../json-body.ts';
import { expectedWords, nameWords, typeWords, valueWords } from './words.ts';

/**
 * What is wrong with a value, of which it is not known yet where in the body it stands. The path is
 * put together on the way back from a problem, so that a good value costs none.
 */
export type Problem = (param: string) => ApiError;

/** The first problem of the field `name` of an object that `schema` describes, if it has one. */
export function problemOfField(
  schema: TObject,
  object: JsonObject,
  name: string,
): Problem | undefined {
  const field = schema.properties[name];
  if (field === undefined) return undefined;
  const value = object[name];
  if (value !== undefined && value !== null) return below(`.${name}`, problemOf(field, value));
  if (KindGuard.IsOptional(field)) return undefined;
  const expected = expectedWords(field);
  return below(`.${name}`, (param) => apiError('missing_required_parameter', { param, expected }));
}

/** The problem of a part of a value as one of the whole. */
function below(step: string, problem: Problem | undefined): Problem | undefined {
  return problem && ((param) => problem(param === '' ? step.slice(1) : param + step));
}

function problemOf(schema: TSchema, value: unknown): Problem | undefined {
  if (!isOfType(schema, value)) return wrongType(schema, value);
  if (KindGuard.IsUnion(schema)) return problemOfUnion(schema, value);
  if (KindGuard.IsLiteral(schema)) {
    return schema.const === value ? undefined : wrongValue(value, expectedWords(schema));
  }
  if (KindGuard.IsIntersect(schema)) {
    return firstProblem(schema.allOf, (part) => problemOf(part, value));
  }
  if (KindGuard.IsString(schema)) return problemOfText(schema, String(value));
  if (KindGuard.IsInteger(schema)) return problemOfNumber(schema, Number(value), 'integer');
  if (KindGuard.IsNumber(schema)) return problemOfNumber(schema, Number(value), 'decimal');
  if (KindGuard.IsArray(schema) && Array.isArray(value)) return problemOfArray(schema, value);
  if (!isJsonObject(value)) return undefined;
  if (KindGuard.IsRecord(schema)) return problemOfPairs(schema, value);
  return KindGuard.IsObject(schema) ? problemOfObject(schema, value) : undefined;
}

/** Whether a value is of the type that JSON gives it; its range and contents are another matter. */
function isOfType(schema: TSchema, value: unknown): boolean {
  if (KindGuard.IsUnion(schema)) return schema.anyOf.some((member) => isOfType(member, value));
  if (KindGuard.IsIntersect(schema)) return schema.allOf.every((part) => isOfType(part, value));
  switch (schema.type) {
    case undefined:
      return true;
    case 'null':
      return value === null;
    case 'integer':
      return Number.isInteger(value);
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isJsonObject(value);
    default:
      return typeof value === schema.type;
  }
}

function wrongType(schema: TSchema, value: unknown): Problem {
  const details = { expected: typeWords(schema), got: valueWords(value) };
  return (param) => apiError('invalid_type', { param, ...details });
}

function wrongValue(value: unknown, expected: string): Problem {
  return (param) => apiError('invalid_value', { param, expected, got: valueWords(value) });
}

/** The first thing that is wrong with one of `items` in their order. */
function firstProblem<Item>(
  items: Iterable<Item>,
  problemOfItem: (item: Item) => Problem | undefined,
): Problem | undefined {
  for (const item of items) {
    const problem = problemOfItem(item);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** A value that fits no member gets the problem of the first one of its type. */
function problemOfUnion(schema: TUnion, value: unknown): Problem | undefined {
  const tag: unknown = schema.discriminator?.propertyName;
  if (typeof tag === 'string' && isJsonObject(value)) return problemOfTagged(schema, tag, value);
  if (schema.anyOf.every((member) => KindGuard.IsLiteral(member))) {
    const names = namesOf(schema);
    return names.some((name) => name === value) ? undefined : wrongValue(value, nameWords(names));
  }
  let first: Problem | undefined;
  for (const member of schema.anyOf) {
    if (!isOfType(member, value)) continue;
    const problem = problemOf(member, value);
    if (problem === undefined) return undefined;
    first ??= problem;
  }
  return first;
}

/** The name in the field `tag` says which member of the union a value has to fit. */
function problemOfTagged(schema: TUnion, tag: string, value: JsonObject): Problem | undefined {
  const names: string[] = [];
  for (const member of schema.anyOf) {
    const own = namesOf(tagOf(member, tag));
    if (own.some((name) => name === value[tag])) return problemOf(member, value);
    names.push(...own);
  }
  return problemOfField(Type.Object({ [tag]: oneOf(names) }), value, tag);
}

function tagOf(member: TSchema, tag: string): TSchema {
  const parts: readonly TSchema[] = KindGuard.IsIntersect(member) ? member.allOf : [member];
  const fields = parts.find((part) => KindGuard.IsObject(part) && part.properties[tag]);
  return fields?.properties[tag];
}

function problemOfText(schema: TString, text: string): Problem | undefined {
  const got = text.length;
  const { minLength = 0, maxLength: max = Number.POSITIVE_INFINITY } = schema;
  if (got < minLength) return wrongValue(text, expectedWords(schema));
  if (got <= max) return undefined;
  return (param) => apiError('string_above_max_length', { param, max, got });
}

function problemOfNumber(
  { minimum: min, maximum: max }: TInteger | TNumber,
  got: number,
  kind: 'integer' | 'decimal',
): Problem | undefined {
  if (min !== undefined && got < min) {
    return (param) => apiError(`${kind}_below_min_value`, { param, min, got });
  }
  if (max !== undefined && got > max) {
    return (param) => apiError(`${kind}_above_max_value`, { param, max, got });
  }
  return undefined;
}

function problemOfArray(schema: TArray, values: readonly unknown[]): Problem | undefined {
  const got = values.length;
  const { minItems = 0, maxItems: max = Number.POSITIVE_INFINITY } = schema;
  if (got < minItems) {
    return (param) => apiError('empty_array', { param, expected: expectedWords(schema) });
  }
  if (got > max) return (param) => apiError('array_above_max_length', { param, max, got });
  const isGood = goodnessOf(schema.items);
  // The last one is left to the walk: checked here as well, a long one would be read twice.
  const at = values.findIndex((value, index) => index === got - 1 || !isGood(value));
  return at < 0 ? undefined : below(`[${at}]`, problemOf(schema.items, values[at]));
}

const checks = new WeakMap<TSchema, (value: unknown) => boolean>();

/**
 * A compiled check of values that there may be thousands of. To look for the problem of each would
 * hold the event loop for a good part of a second.
 */
function goodnessOf(schema: TSchema): (value: unknown) => boolean {
  let isGood = checks.get(schema);
  if (isGood === undefined) {
    const check = TypeCompiler.Compile(schema);
    isGood = (value) => check.Check(value);
    checks.set(schema, isGood);
  }
  return isGood;
}

/** Compiles the checks that problems of `schema` may need, so that no request waits for that. */
export function compileChecks(schema: TSchema): void {
  const { anyOf = [], allOf = [], properties = {}, patternProperties = {}, items } = schema;
  const repeated: TSchema[] = Object.values(patternProperties);
  if (items !== undefined) repeated.push(items);
  repeated.forEach(goodnessOf);
  [...anyOf, ...allOf, ...Object.values(properties), ...repeated].forEach(compileChecks);
}

function problemOfObject(schema: TObject, object: JsonObject): Problem | undefined {
  return firstProblem(Object.keys(schema.properties), (name) =>
    problemOfField(schema, object, name),
  );
}

/** Of a name that a client chose an error sends back no more than this. */
const NAME_LENGTH_MAX = 64;

function problemOfPairs(schema: TRecord, object: JsonObject): Problem | undefined {
  const names = Object.keys(object);
  const { maxProperties = Number.POSITIVE_INFINITY } = schema;
  if (names.length > maxProperties) return wrongValue(object, expectedWords(schema));
  for (const [pattern, value] of Object.entries(schema.patternProperties)) {
    const isGood = goodnessOf(value);
    const namePattern = new RegExp(pattern);
    const name = names.find((some) => !namePattern.test(some) || !isGood(object[some]));
    if (name === undefined) return undefined;
    const problem = namePattern.test(name)
      ? problemOf(value, object[name])
      : wrongValue(name, schema['x-expected-name']);
    return below(`.${name.slice(0, NAME_LENGTH_MAX)}`, problem);
  }
  return undefined;
}
