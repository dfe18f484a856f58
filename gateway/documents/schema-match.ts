import { targetOf } from './schema-reference.ts';

type Schema = Readonly<Record<string, unknown>>;

/** Schemas that are looked at for one value; with more it counts as not matching. */
const STEPS_MAX = 6000;

/**
 * Whether a value keeps to a schema, by the keywords that are supported; formats and patterns are
 * what values are made of, and not looked at again. Bounded whatever the schema.
 */
export class SchemaMatch {
  readonly #root: unknown;
  #steps = 0;

  constructor(root: unknown) {
    this.#root = root;
  }

  matches(value: unknown, schema: unknown = this.#root): boolean {
    this.#steps = 0;
    return this.#fits(schema, value, 0);
  }

  #fits(schema: unknown, value: unknown, depth: number): boolean {
    if (++this.#steps > STEPS_MAX || depth > 400) return false;
    if (typeof schema !== 'object' || schema === null) return schema !== false;
    const keywords = recordOf(schema);
    const below = (of: unknown): boolean => this.#fits(of, value, depth + 1);
    if (typeof keywords.$ref === 'string' && !below(targetOf(this.#root, keywords.$ref))) {
      return false;
    }
    if (!isOfTypes(keywords.type, value)) return false;
    if ('const' in keywords && !isSame(keywords.const, value)) return false;
    const allowed = keywords.enum;
    if (Array.isArray(allowed) && !allowed.some((one) => isSame(one, value))) return false;
    if (!listOf(keywords.allOf).every(below)) return false;
    if (Array.isArray(keywords.anyOf) && !keywords.anyOf.some(below)) return false;
    if (Array.isArray(keywords.oneOf) && keywords.oneOf.filter(below).length !== 1) return false;
    if (typeof value === 'number') return fitsNumber(keywords, value);
    if (typeof value === 'string') return fitsLength(keywords, [...value].length, 'Length');
    if (Array.isArray(value)) return this.#fitsArray(keywords, value, depth);
    return typeof value !== 'object' || value === null || this.#fitsObject(keywords, value, depth);
  }

  #fitsArray(schema: Schema, items: readonly unknown[], depth: number): boolean {
    if (!fitsLength(schema, items.length, 'Items')) return false;
    if (schema.uniqueItems === true && new Set(items.map(canonical)).size < items.length) {
      return false;
    }
    const prefix = prefixOf(schema);
    const rest = Array.isArray(schema.items) ? undefined : schema.items;
    return items.every((item, at) =>
      this.#fits(at < prefix.length ? prefix[at] : rest, item, depth + 1),
    );
  }

  #fitsObject(schema: Schema, object: object, depth: number): boolean {
    const properties = recordOf(schema.properties);
    for (const name of listOf(schema.required)) {
      if (typeof name === 'string' && !Object.hasOwn(object, name)) return false;
    }
    return Object.entries(object).every(([name, value]) => {
      const own = Object.hasOwn(properties, name);
      return this.#fits(own ? properties[name] : schema.additionalProperties, value, depth + 1);
    });
  }
}

export function isRecord(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function recordOf(value: unknown): Schema {
  return isRecord(value) ? value : {};
}

/** What an array has in its first places. */
export function prefixOf(schema: Schema): readonly unknown[] {
  return listOf(schema.prefixItems ?? schema.items);
}

function isOfTypes(types: unknown, value: unknown): boolean {
  if (types === undefined) return true;
  return (Array.isArray(types) ? types : [types]).some((type) => isOfType(type, value));
}

function isOfType(type: unknown, value: unknown): boolean {
  if (type === 'integer') return Number.isInteger(value);
  if (value === null) return type === 'null';
  if (Array.isArray(value)) return type === 'array';
  return type === typeof value;
}

function fitsNumber(schema: Schema, value: number): boolean {
  const { minimum, maximum, exclusiveMinimum: above, exclusiveMaximum: below } = schema;
  const { multipleOf } = schema;
  if (typeof minimum === 'number' && value < minimum) return false;
  if (typeof maximum === 'number' && value > maximum) return false;
  if (typeof above === 'number' && value <= above) return false;
  if (typeof below === 'number' && value >= below) return false;
  return typeof multipleOf !== 'number' || Number.isInteger(value / multipleOf);
}

function fitsLength(schema: Schema, length: number, what: 'Length' | 'Items'): boolean {
  const min = schema[`min${what}`];
  const max = schema[`max${what}`];
  return !(typeof min === 'number' && length < min) && !(typeof max === 'number' && length > max);
}

export function isSame(a: unknown, b: unknown): boolean {
  return a === b || (typeof a === 'object' && canonical(a) === canonical(b));
}

/** JSON of a value, the same whatever the order of its members. */
export function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, of]) => `${JSON.stringify(name)}:${canonical(of)}`).join()}}`;
}
