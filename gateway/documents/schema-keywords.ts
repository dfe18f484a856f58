import { isRecord, isSame, listOf, prefixOf, recordOf } from './schema-match.ts';

export type Schema = Readonly<Record<string, unknown>>;

const TYPES = ['string', 'number', 'integer', 'boolean', 'null', 'array', 'object'] as const;
export type Type = (typeof TYPES)[number];

/** Keywords that would have to be kept to, and are not. */
const UNSUPPORTED = new Set([
  'not',
  'if',
  'then',
  'else',
  'patternProperties',
  'minProperties',
  'maxProperties',
  'dependencies',
  'dependentRequired',
  'dependentSchemas',
  'contains',
  'minContains',
  'maxContains',
  'unevaluatedItems',
  'unevaluatedProperties',
  'additionalItems',
  '$dynamicRef',
  '$recursiveRef',
]);

function isCount(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 0;
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number';
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

const FORMS: readonly (readonly [string, (value: unknown) => boolean, string])[] = [
  ['type', (value) => isText(value) || Array.isArray(value), 'a type or an array of types'],
  ['$ref', isText, 'a string'],
  ['properties', isRecord, 'an object'],
  ['required', Array.isArray, 'an array of names'],
  ['enum', Array.isArray, 'an array'],
  ['anyOf', Array.isArray, 'an array of schemas'],
  ['oneOf', Array.isArray, 'an array of schemas'],
  ['allOf', Array.isArray, 'an array of schemas'],
  ['prefixItems', Array.isArray, 'an array of schemas'],
  ['minimum', isNumber, 'a number'],
  ['maximum', isNumber, 'a number'],
  ['exclusiveMinimum', isNumber, 'a number'],
  ['exclusiveMaximum', isNumber, 'a number'],
  ['multipleOf', (value) => typeof value === 'number' && value > 0, 'a number above 0'],
  ['minLength', isCount, 'an integer of at least 0'],
  ['maxLength', isCount, 'an integer of at least 0'],
  ['minItems', isCount, 'an integer of at least 0'],
  ['maxItems', isCount, 'an integer of at least 0'],
  ['pattern', isText, 'a string'],
  ['format', isText, 'a string'],
];

/** The values that `enum` and `const` leave, if there is one of them. */
export function allowedBy(bases: readonly Schema[]): readonly unknown[] | undefined {
  for (const base of bases) if ('const' in base) return [base.const];
  const lists = bases.flatMap((base) => (Array.isArray(base.enum) ? [base.enum] : []));
  return lists.sort((a, b) => a.length - b.length)[0];
}

/** The types that all of `bases` allow; without any the one that their keywords speak of. */
export function typesOf(bases: readonly Schema[]): readonly Type[] {
  let types: readonly string[] | undefined;
  for (const { type } of bases) {
    if (type === undefined) continue;
    const own = listOf(typeof type === 'string' ? [type] : type).map(String);
    types = types === undefined ? own : common(types, own);
  }
  if (types !== undefined) return TYPES.filter((type) => types?.includes(type));
  const speaks = (...keywords: readonly string[]): boolean =>
    bases.some((base) => keywords.some((keyword) => base[keyword] !== undefined));
  if (speaks('properties', 'required', 'additionalProperties')) return ['object'];
  if (speaks('items', 'prefixItems', 'minItems', 'maxItems', 'uniqueItems')) return ['array'];
  const bounds = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'];
  return speaks(...bounds) ? ['number'] : ['string'];
}

function common(a: readonly string[], b: readonly string[]): readonly string[] {
  const both = a.filter((type) => b.includes(type));
  const isWhole =
    (a.includes('integer') && b.includes('number')) ||
    (a.includes('number') && b.includes('integer'));
  return isWhole && !both.includes('integer') && !both.includes('number')
    ? [...both, 'integer']
    : both;
}

/** The numbers that `bases` give for a keyword. */
export function valuesOf(bases: readonly Schema[], keyword: string): readonly number[] {
  return bases.flatMap((base) => (typeof base[keyword] === 'number' ? [base[keyword]] : []));
}

/** The schema of an item of an array at a place. */
export function itemOf(schema: Schema, at: number): unknown {
  const prefix = prefixOf(schema);
  if (at < prefix.length) return prefix[at];
  return Array.isArray(schema.items) ? undefined : schema.items;
}

/** The schema of a property of an object. */
export function propertyOf(schema: Schema, name: string): unknown {
  const properties = recordOf(schema.properties);
  return Object.hasOwn(properties, name) ? properties[name] : schema.additionalProperties;
}

const FORM_OF = new Map(FORMS.map((form) => [form[0], form]));

/** What is not supported of the keywords of one schema, or not well formed. */
export function keywordProblem(schema: Schema): string | undefined {
  for (const keyword of Object.keys(schema)) {
    if (UNSUPPORTED.has(keyword)) return `'${keyword}' is not supported`;
    const form = FORM_OF.get(keyword);
    if (form !== undefined && !form[1](schema[keyword])) return `'${keyword}' must be ${form[2]}`;
  }
  for (const type of listOf(typeof schema.type === 'string' ? [schema.type] : schema.type)) {
    if (!TYPES.some((known) => known === type)) {
      return `'type' ${JSON.stringify(type)} is not a type of JSON`;
    }
  }
  const names = schema.propertyNames;
  if (names === undefined || isSame(names, { type: 'string' })) return undefined;
  return "'propertyNames' is not supported";
}
