import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Type } from '@sinclair/typebox';
import { namesOf, oneOf } from '../../../shared/schema/one-of.ts';

test('one of some names is a union of them, which keeps its annotations', () => {
  assert.deepEqual(JSON.parse(JSON.stringify(oneOf(['low', 'high'], { description: 'How.' }))), {
    description: 'How.',
    anyOf: [
      { const: 'low', type: 'string' },
      { const: 'high', type: 'string' },
    ],
  });
});

test('the names of a schema are found in it, and in the members of a union', () => {
  assert.deepEqual(namesOf(oneOf(['low', 'high'])), ['low', 'high']);
  assert.deepEqual(namesOf(oneOf(['low'])), ['low']);
  assert.deepEqual(namesOf(Type.Union([oneOf(['low', 'high']), Type.Null()])), ['low', 'high']);
  assert.deepEqual(namesOf(Type.Literal('text')), ['text']);
  assert.deepEqual(namesOf(Type.String()), []);
});
