import type { Static, TObject } from '@sinclair/typebox';
import { type TypeCheck, TypeCompiler } from '@sinclair/typebox/compiler';
import { assert } from '../../../shared/assert.ts';
import type { ApiError } from '../../../shared/errors.ts';
import type { JsonObject } from '../json-body.ts';
import { compileChecks, problemOfField } from './problem.ts';

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
  readonly #pick: (body: JsonObject) => JsonObject;
  readonly #check: TypeCheck<T>;
  readonly #rules: ReadonlyMap<string, FieldRule>;

  constructor(schema: T, rules: Readonly<Record<string, FieldRule>> = {}) {
    this.schema = schema;
    this.#pick = compilePick(Object.keys(schema.properties));
    this.#check = TypeCompiler.Compile(schema);
    compileChecks(schema);
    this.#rules = new Map(Object.entries(rules));
  }

  /** The fields of `body` that the schema knows, with their types, or the first problem. */
  parse(body: JsonObject): Static<T> | ApiError {
    const fields = this.#pick(body);
    if (!this.#check.Check(fields)) {
      const problem = this.#firstProblem(fields);
      assert(problem !== undefined, 'a body that fails its schema has a field that does');
      return problem;
    }
    for (const rule of this.#rules.values()) {
      const problem = rule(fields);
      if (problem !== undefined) return problem;
    }
    return fields;
  }

  /** The same for a long body, which is read once even if it is bad. */
  parseLong(body: JsonObject): Static<T> | ApiError {
    const fields = this.#pick(body);
    return this.#firstProblem(fields) ?? fields;
  }

  #firstProblem(body: JsonObject): ApiError | undefined {
    for (const name of Object.keys(this.schema.properties)) {
      const problem =
        this.#rules.get(name)?.(body) ?? problemOfField(this.schema, body, name)?.('');
      if (problem !== undefined) return problem;
    }
    return undefined;
  }
}

/**
 * Makes an object of the fields `names`. Clients send theirs in any order; what is always of one
 * shape is checked and read in half the time, as the engine of JavaScript finds each field at once.
 */
function compilePick(names: readonly string[]): (body: JsonObject) => JsonObject {
  const fields = names.map((name) => JSON.stringify(name));
  const members = fields.map((field) => `${field}: body[${field}]`);
  const pick = new Function('body', `return {${members.join()}};`);
  return (body) => pick(body);
}
