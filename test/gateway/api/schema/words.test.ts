import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TSchema, Type } from '@sinclair/typebox';
import { optional } from '../../../../gateway/api/schema/field-types.ts';
import { expectedWords, typeWords, valueWords } from '../../../../gateway/api/schema/words.ts';
import { oneOf } from '../../../../shared/schema/one-of.ts';

const TYPES: readonly (readonly [TSchema, string])[] = [
  [Type.Boolean(), 'true or false, without quotes'],
  [Type.Integer(), 'an integer, without quotes'],
  [Type.Number(), 'a number, without quotes'],
  [Type.String(), 'a string'],
  [Type.Array(Type.String()), 'an array'],
  [Type.Object({}), 'an object'],
  [optional(Type.Integer()), 'an integer, without quotes'],
  [Type.Array(Type.String(), { 'x-type': 'an array of texts' }), 'an array of texts'],
];

for (const [schema, words] of TYPES) {
  test(`a type is called ${words}`, () => {
    assert.equal(typeWords(schema), words);
    assert.equal(expectedWords(schema), words);
  });
}

test('what is expected is what the schema says of it, else its names', () => {
  assert.equal(expectedWords(Type.String({ 'x-expected': 'the text' })), 'the text');
  assert.equal(expectedWords(optional(oneOf(['low', 'high']))), "one of 'low', 'high'");
  const named = oneOf(['wav', 'mp3'], { 'x-expected': "'wav' or 'mp3'" });
  assert.equal(expectedWords(named), "'wav' or 'mp3'");
});

const VALUES: readonly (readonly [unknown, string])[] = [
  [undefined, 'nothing'],
  [null, 'null'],
  [[1, 2], 'an array of 2'],
  [{}, 'an object'],
  [true, 'a boolean (true)'],
  [3, 'an integer (3)'],
  [3.5, 'a decimal (3.5)'],
  ['x"y', 'a string ("x\\"y")'],
  ['x'.repeat(40), `a string ("${'x'.repeat(40)}")`],
  ['x'.repeat(41), `a string ("${'x'.repeat(40)}…")`],
];

test('a value is named by its kind, and by the beginning of what it is', () => {
  for (const [value, words] of VALUES) assert.equal(valueWords(value), words);
});
