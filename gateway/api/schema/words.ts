import { KindGuard, type TSchema } from '@sinclair/typebox';
import { namesOf } from '../../../shared/schema/one-of.ts';

/** How errors speak of values, and of what was expected in their place. */

/** What `schema` wants a value to be. */
export function typeWords(schema: TSchema): string {
  if (typeof schema['x-type'] === 'string') return schema['x-type'];
  if (KindGuard.IsUnion(schema)) return typeWords(schema.anyOf[0] ?? schema);
  switch (schema.type) {
    case 'boolean':
      return 'true or false, without quotes';
    case 'integer':
      return 'an integer, without quotes';
    case 'number':
      return 'a number, without quotes';
    case 'string':
      return 'a string';
    case 'array':
      return 'an array';
    default:
      return 'an object';
  }
}

/** What to add where nothing is, or to send in place of a value that is none of the right ones. */
export function expectedWords(schema: TSchema): string {
  if (typeof schema['x-expected'] === 'string') return schema['x-expected'];
  const names = namesOf(schema);
  return names.length > 0 ? nameWords(names) : typeWords(schema);
}

export function nameWords(names: readonly string[]): string {
  return `one of '${names.join("', '")}'`;
}

/** A value as an error names it: its kind, and as much of it as is worth reading. */
export function valueWords(value: unknown): string {
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
