import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TSchema, Type } from '@sinclair/typebox';
import { TypeCompiler } from '@sinclair/typebox/compiler';
import { optional, pairs, tagged, withOneOf } from '../../../../gateway/api/schema/field-types.ts';

/** Whether `schema` takes each of `values`. */
function takes(schema: TSchema, ...values: readonly unknown[]): boolean[] {
  const check = TypeCompiler.Compile(schema);
  return values.map((value) => check.Check(value));
}

test('an optional field may be left out, or null, and nothing else but its type', () => {
  const body = Type.Object({ n: optional(Type.Integer(), { default: 1 }) });
  assert.deepEqual(takes(body, {}, { n: null }, { n: 2 }, { n: '2' }), [true, true, true, false]);
  assert.equal(body.properties.n.default, 1);
});

test('of tagged objects one has to fit, and the description says by which field', () => {
  const part = tagged('type', [
    Type.Object({ type: Type.Literal('text'), text: Type.String() }),
    Type.Object({ type: Type.Literal('file'), id: Type.Integer() }),
  ]);
  const [text, file] = [
    { type: 'text', text: '' },
    { type: 'file', id: 1 },
  ];
  assert.deepEqual(takes(part, text, file, { ...file, type: 'text' }, {}), [
    true,
    true,
    false,
    false,
  ]);
  assert.deepEqual(part.discriminator, { propertyName: 'type' });
});

test('pairs have names and values within their limits; null is no value', () => {
  const metadata = pairs(Type.Integer(), { pairsMax: 2, nameLengthMax: 3 });
  assert.deepEqual(takes(metadata, {}, { abc: 1, 'a\nb': null }), [true, true]);
  assert.deepEqual(takes(metadata, { abcd: 1 }, { a: '1' }, { a: 1, b: 2, c: 3 }), [
    false,
    false,
    false,
  ]);
  assert.deepEqual(takes(pairs(Type.Integer()), { ['x'.repeat(1000)]: 1 }), [true]);
});

test('one of several fields at least has to have a value', () => {
  const fields = Type.Object({ id: optional(Type.String()), data: optional(Type.String()) });
  const file = withOneOf(fields, ['id', 'data'], 'the file or its id');
  assert.deepEqual(takes(file, { id: 'x' }, { data: 'x' }, { id: 'x', data: null }), [
    true,
    true,
    true,
  ]);
  assert.deepEqual(takes(file, {}, { id: null }, { id: 1 }, { id: 1, data: 'x' }), [
    false,
    false,
    false,
    false,
  ]);
});
