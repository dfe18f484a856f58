import { type ApiError, apiError } from '../../../shared/errors.ts';
import { strictProblem } from '../../documents/strict-schema.ts';
import { isJsonObject } from '../json-body.ts';
import { valueWords } from '../schema/words.ts';

/** A request has no more tools. */
export const TOOLS_MAX = 128;
const NAME = /^[a-zA-Z0-9_-]+$/;

/** What an endpoint calls the parts of a definition. */
export interface DefinitionWords {
  /** The path of the definition at a place. */
  readonly paramOf: (at: number) => string;
  readonly schema: 'parameters' | 'input_schema';
  readonly nameLengthMax: number;
}

/** What a name of a tool has to be. */
export function nameWords(lengthMax: number): string {
  return `a name of 1 to ${lengthMax} letters, digits, '_' and '-'`;
}

/**
 * What is wrong with the names and schemas of tools, if anything. Passes over what is no definition
 * by its types and lengths.
 */
export function definitionsProblem(
  definitions: readonly unknown[],
  words: DefinitionWords,
): ApiError | undefined {
  const names = new Set<string>();
  if (definitions.length > TOOLS_MAX) return undefined;
  for (const [at, definition] of definitions.entries()) {
    if (!isJsonObject(definition)) return undefined;
    const { name, strict } = definition;
    if (typeof name !== 'string' || name === '') return undefined;
    if (name.length > words.nameLengthMax) return undefined;
    const param = `${words.paramOf(at)}.name`;
    const got = valueWords(name);
    if (!NAME.test(name)) {
      return apiError('invalid_value', { param, got, expected: nameWords(words.nameLengthMax) });
    }
    if (names.has(name)) {
      const expected = 'a name that no other tool has';
      return apiError('invalid_value', { param, got, expected });
    }
    names.add(name);
    const reason = schemaProblem(definition[words.schema], strict === true);
    if (reason !== undefined) {
      const where = { param: `${words.paramOf(at)}.${words.schema}`, reason };
      return apiError('invalid_function_parameters', where);
    }
  }
  return undefined;
}

function schemaProblem(schema: unknown, isStrict: boolean): string | undefined {
  if (schema === undefined || schema === null) return undefined;
  if (!isJsonObject(schema)) return 'it must be a JSON Schema, which is an object';
  const { type } = schema;
  if (type !== undefined && type !== 'object') return "its 'type' must be 'object'";
  return isStrict ? strictProblem(schema) : undefined;
}
