import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { writeDocument } from '../../../gateway/documents/document.ts';
import { readSchema } from '../../../gateway/documents/document-schema.ts';

const REFUSED: readonly (readonly [string, unknown, RegExp])[] = [
  ['an unknown type', { type: 'text' }, /'type' "text"/],
  ['a keyword that is not supported', { type: 'object', not: {} }, /'not'/],
  ['a keyword of a wrong form', { type: 'string', minLength: '3' }, /'minLength'/],
  ['a reference to nothing', { $ref: '#/$defs/none' }, /'\$ref'/],
  ['a format that is not supported', { type: 'string', format: 'iri' }, /'format'/],
  ['a pattern that looks around', { type: 'string', pattern: '(?=a)b' }, /'pattern'/],
  ['bounds that cross', { type: 'integer', minimum: 2, maximum: 1 }, /'minimum'/],
  ['types that exclude each other', { allOf: [{ type: 'string' }, { type: 'null' }] }, /'type'/],
  [
    'a recursion without an end',
    { type: 'object', properties: { a: { $ref: '#' } }, required: ['a'] },
    /no finite/,
  ],
  ['a document without end', { type: 'array', minItems: 1e9 }, /'minItems'/],
  ['what is no schema', { properties: { a: 3 } }, /must be an object/],
];

describe('readSchema', () => {
  for (const [what, schema, reason] of REFUSED) {
    it(`refuses ${what}, and names the keyword`, () => {
      const read = readSchema(schema);
      assert.ok(typeof read === 'string');
      assert.match(read, reason);
    });
  }

  it('refuses schemas that would multiply', () => {
    const groups = Array.from({ length: 14 }, (_, at) => ({
      anyOf: [{ properties: { [`a${at}`]: {} } }, { properties: { [`b${at}`]: {} } }],
    }));
    assert.match(String(readSchema({ type: 'object', allOf: groups })), /too complex/);
  });

  it('never runs a pattern, so that none can take long', () => {
    const read = readSchema({ type: 'string', pattern: '^(a+)+$', minLength: 1 });
    assert.ok(typeof read !== 'string');
    assert.match(writeDocument(read, { seed: 3, values: 10 }) ?? '', /^"a+"$/);
  });
});
