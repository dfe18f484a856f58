import type { Static, TObject } from '@sinclair/typebox';
import { type TypeCheck, TypeCompiler } from '@sinclair/typebox/compiler';
import { assert } from '../../../shared/assert.ts';
import type { ApiError } from '../../../shared/errors.ts';
import type { JsonObject } from '../json-body.ts';
import { problemOfField } from './problem.ts';

/**
 * What is wrong with a field in view of those before it, if anything. Asked before the field itself
 * has been checked, so it passes over a value of another type.
 */
type FieldRule = (body: JsonObject) => ApiError | undefined;

/**
 * The body that an endpoint takes: a JSON Schema, of which `null` counts as absent, and rules for
 * fields that depend on others. Good bodies are checked by compiled code; a bad one is walked again
 * for its first problem in the order of the fields.
 */
export class BodySchema<T extends TObject> {
  /** As JSON it is a JSON Schema of draft 2020-12, as OpenAPI 3.1 takes them. */
  readonly schema: T;
  readonly #check: TypeCheck<T>;
  readonly #rules: ReadonlyMap<string, FieldRule>;

  constructor(schema: T, rules: Readonly<Record<string, FieldRule>> = {}) {
    this.schema = schema;
    this.#check = TypeCompiler.Compile(schema);
    this.#rules = new Map(Object.entries(rules));
  }

  /** The same object with its type, or the first problem. */
  parse(body: JsonObject): Static<T> | ApiError {
    if (!this.#check.Check(body)) return this.#firstProblem(body);
    for (const rule of this.#rules.values()) {
      const problem = rule(body);
      if (problem !== undefined) return problem;
    }
    return body;
  }

  #firstProblem(body: JsonObject): ApiError {
    for (const name of Object.keys(this.schema.properties)) {
      const problem =
        this.#rules.get(name)?.(body) ?? problemOfField(this.schema, body, name)?.('');
      if (problem !== undefined) return problem;
    }
    assert(false, 'a body that fails its schema has a field that does');
  }
}
