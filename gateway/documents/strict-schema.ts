import { listOf, recordOf } from './schema-match.ts';

const DEPTH_MAX = 10;
const PROPERTIES_MAX = 5000;

type Schema = Readonly<Record<string, unknown>>;

/** What OpenAI's rules for strict schemas forbid in `schema`, if anything. */
export function strictProblem(schema: unknown): string | undefined {
  const root = recordOf(schema);
  if (root.anyOf !== undefined) return "with 'strict' its root must not have 'anyOf'";
  if (root.type !== 'object' && root.$ref === undefined) {
    return "with 'strict' its root must be of type 'object'";
  }
  let properties = 0;
  const open: [unknown, number][] = [[schema, 1]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [at, depth] = next;
    const one = recordOf(at);
    const own = recordOf(one.properties);
    const problem = problemOf(one, own);
    if (problem !== undefined) return problem;
    if (depth > DEPTH_MAX) return `with 'strict' it must not be nested more than ${DEPTH_MAX} deep`;
    properties += Object.keys(own).length;
    if (properties > PROPERTIES_MAX)
      return `with 'strict' it may have ${PROPERTIES_MAX} properties`;
    for (const below of Object.values(own)) open.push([below, depth + 1]);
    for (const below of listOf(one.prefixItems)) open.push([below, depth + 1]);
    if (one.items !== undefined) open.push([one.items, depth + 1]);
    for (const group of [one.anyOf, one.oneOf, one.allOf]) {
      for (const below of listOf(group)) open.push([below, depth]);
    }
    for (const group of [one.$defs, one.definitions]) {
      for (const below of Object.values(recordOf(group))) open.push([below, 1]);
    }
  }
  return undefined;
}

function problemOf(schema: Schema, properties: Schema): string | undefined {
  const isObject = schema.type === 'object' || listOf(schema.type).includes('object');
  if (!isObject && schema.properties === undefined) return undefined;
  if (schema.additionalProperties !== false) {
    return "with 'strict' every object needs 'additionalProperties': false";
  }
  const required = new Set(listOf(schema.required));
  const missing = Object.keys(properties).find((name) => !required.has(name));
  if (missing === undefined) return undefined;
  return `with 'strict' every property must be in 'required', ${JSON.stringify(missing)} is not`;
}
