import { type ApiError, apiError } from '../../../shared/errors.ts';
import { isJsonObject, type JsonObject } from '../json-body.ts';

/**
 * Reads the fields of a request body and keeps the first problem, so that a parser can be written
 * as one list of fields in their fixed order. `null` counts as absent, and no value is coerced.
 * After a problem the values read are meaningless.
 */
export class FieldReader {
  #problem: ApiError | undefined;

  /** The first problem, if any. */
  get problem(): ApiError | undefined {
    return this.#problem;
  }

  /**
   * Records a problem; only the first one counts. Returns undefined for the convenience of readers.
   */
  fail(problem: ApiError): undefined {
    this.#problem ??= problem;
    return undefined;
  }

  missing(param: string, expected: string): undefined {
    return this.fail(apiError('missing_required_parameter', { param, expected }));
  }

  invalidType(param: string, expected: string, value: unknown): undefined {
    return this.fail(apiError('invalid_type', { param, expected, got: describe(value) }));
  }

  invalidValue(param: string, expected: string, value: unknown): undefined {
    return this.fail(apiError('invalid_value', { param, expected, got: describe(value) }));
  }

  string(value: unknown, param: string): string | undefined {
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'string') return value;
    return this.invalidType(param, 'a string', value);
  }

  boolean(value: unknown, param: string): boolean | undefined {
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'boolean') return value;
    return this.invalidType(param, 'true or false, without quotes', value);
  }

  integer(value: unknown, param: string, min: number, max: number): number | undefined {
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'number' || !Number.isInteger(value)) {
      return this.invalidType(param, 'an integer, without quotes', value);
    }
    if (value < min) {
      return this.fail(apiError('integer_below_min_value', { param, min, got: value }));
    }
    if (value > max) {
      return this.fail(apiError('integer_above_max_value', { param, max, got: value }));
    }
    return value;
  }

  decimal(value: unknown, param: string, min: number, max: number): number | undefined {
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'number') {
      return this.invalidType(param, 'a number, without quotes', value);
    }
    if (value < min) {
      return this.fail(apiError('decimal_below_min_value', { param, min, got: value }));
    }
    if (value > max) {
      return this.fail(apiError('decimal_above_max_value', { param, max, got: value }));
    }
    return value;
  }

  oneOf<Member extends string>(
    value: unknown,
    param: string,
    members: readonly Member[],
  ): Member | undefined {
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'string') return this.invalidType(param, 'a string', value);
    for (const member of members) if (member === value) return member;
    return this.invalidValue(param, `one of '${members.join("', '")}'`, value);
  }

  object(value: unknown, param: string): JsonObject | undefined {
    if (value === undefined || value === null) return undefined;
    if (isJsonObject(value)) return value;
    return this.invalidType(param, 'an object', value);
  }
}

/** A value as an error message names it: its kind, and as much of it as is worth reading. */
function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return `an array of ${value.length}`;
  switch (typeof value) {
    case 'string':
      return `a string (${quote(value)})`;
    case 'number':
      return Number.isInteger(value) ? `an integer (${value})` : `a decimal (${value})`;
    case 'boolean':
      return `a boolean (${value})`;
    default:
      return 'an object';
  }
}

function quote(text: string): string {
  const limit = 40;
  return JSON.stringify(text.length > limit ? `${text.slice(0, limit)}…` : text);
}
