import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Ajv } from 'ajv';
import { writeDocument } from '../../../gateway/documents/document.ts';
import { readSchema } from '../../../gateway/documents/document-schema.ts';
import { MessageValues } from '../../../gateway/documents/message-values.ts';
import { fc } from '../../support/property.ts';

const FORMATS: Readonly<Record<string, RegExp>> = {
  date: /^\d{4}-\d\d-\d\d$/,
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
  email: /^[^@\s]+@[^@\s]+\.[a-z]+$/,
  uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/,
  ipv4: /^\d+\.\d+\.\d+\.\d+$/,
};
const ajv = new Ajv({ strict: false, formats: FORMATS });

function documentOf(schema: object, seed = 1, values = 100, message = ''): unknown {
  const read = readSchema(schema);
  if (typeof read === 'string') return assert.fail(`${read}: ${JSON.stringify(schema)}`);
  const wish = { seed, values, hints: new MessageValues(message) };
  const text = writeDocument(read, wish) ?? assert.fail(JSON.stringify(schema));
  const value: unknown = JSON.parse(text);
  assert.ok(ajv.validate(schema, value), `${JSON.stringify(schema)} does not allow ${text}`);
  assert.equal(writeDocument(read, { ...wish, hints: new MessageValues(message) }), text);
  return value;
}

const leaf = fc.oneof(
  fc.constantFrom({ type: 'null' }, { type: 'boolean' }, { const: 'a"b' }, { const: null }),
  fc.record({ enum: fc.uniqueArray(fc.oneof(fc.string(), fc.integer()), { minLength: 1 }) }),
  fc.tuple(fc.integer({ min: -50, max: 50 }), fc.nat(50)).map(([minimum, span]) => ({
    type: 'integer',
    minimum,
    maximum: minimum + span,
  })),
  fc.integer({ min: 1, max: 9 }).map((multipleOf) => ({ type: 'integer', multipleOf })),
  fc.record({ type: fc.constant('number'), exclusiveMinimum: fc.integer() }),
  fc.record({ type: fc.constant('string'), minLength: fc.nat(30) }),
  fc.record({ type: fc.constant('string'), maxLength: fc.nat(30) }),
  fc.constantFrom(...Object.keys(FORMATS)).map((format) => ({ type: 'string', format })),
  fc
    .constantFrom('^[A-Z]{3}-\\d{4}$', '^(a|bc)+$', '^\\w+@[^@ ]{2,4}$', '[^a-y]', '^x*(y?z){2}$')
    .map((pattern) => ({ type: 'string', pattern })),
  fc.constant({ type: ['string', 'null'] }),
);

const { schema: anySchema } = fc.letrec<{ schema: object }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    { arbitrary: leaf, weight: 3 },
    {
      arbitrary: fc
        .record({
          properties: fc.dictionary(fc.string(), tie('schema'), { maxKeys: 4 }),
          share: fc.nat(4),
        })
        .map(({ properties, share }) => ({
          type: 'object',
          properties,
          required: Object.keys(properties).slice(0, share),
          additionalProperties: false,
        })),
      weight: 3,
    },
    {
      arbitrary: fc
        .record({ items: tie('schema'), minItems: fc.nat(3), more: fc.nat(3) })
        .map(({ items, minItems, more }) => ({
          type: 'array',
          items,
          minItems,
          maxItems: minItems + more,
        })),
      weight: 2,
    },
    {
      arbitrary: fc
        .array(tie('schema'), { minLength: 1, maxLength: 3 })
        .map((anyOf) => ({ anyOf })),
      weight: 1,
    },
    {
      arbitrary: fc.record({ type: fc.constant('object'), additionalProperties: tie('schema') }),
      weight: 1,
    },
    {
      arbitrary: fc
        .array(tie('schema'), { maxLength: 3 })
        .map((prefixItems) => ({ type: 'array', prefixItems })),
      weight: 1,
    },
  ),
}));

describe('writeDocument', () => {
  it('keeps to any schema, at full length and as short as it can be, repeatably', () => {
    fc.assert(
      fc.property(anySchema, fc.nat(), (schema, seed) => {
        documentOf(schema, seed);
        documentOf(schema, seed, 0);
      }),
      { numRuns: 150 },
    );
  });

  it('follows references, and leaves a recursion at the first chance', () => {
    const tree = {
      $ref: '#/$defs/node',
      $defs: {
        node: {
          type: 'object',
          properties: {
            children: { type: 'array', items: { $ref: '#/$defs/node' } },
            next: { anyOf: [{ $ref: '#/$defs/node' }, { type: 'null' }] },
          },
          required: ['children', 'next'],
          additionalProperties: false,
        },
      },
    };
    assert.deepEqual(documentOf(tree, 1, 0), { children: [], next: null });
    for (let seed = 0; seed < 20; seed++) {
      assert.ok(JSON.stringify(documentOf(tree, seed)).length < 20_000);
    }
  });

  it('merges what allOf asks for, and keeps to one alternative of oneOf', () => {
    const schema = {
      allOf: [
        { type: 'object', properties: { a: { type: 'integer', minimum: 3 } }, required: ['a'] },
        { properties: { a: { maximum: 4 } } },
      ],
      oneOf: [
        { properties: { b: { const: 'x' } }, required: ['b'] },
        { properties: { b: { const: 'y' }, c: { type: 'string' } }, required: ['b', 'c'] },
      ],
    };
    for (let seed = 0; seed < 20; seed++) documentOf(schema, seed);
  });

  it('takes values of the message whose type and form fit', () => {
    const schema = {
      type: 'object',
      properties: {
        city: { type: 'string' },
        day: { type: 'string', format: 'date' },
        to: { type: 'string', format: 'email' },
        count: { type: 'integer', maximum: 10 },
      },
      required: ['city', 'day', 'to', 'count'],
    };
    const message = 'Weather in Paris on 2026-03-04 for 99 or 3 people, to ann@example.org.';
    const expected = { city: 'Paris', day: '2026-03-04', to: 'ann@example.org', count: 3 };
    assert.deepEqual(documentOf(schema, 1, 100, message), expected);
  });
});
