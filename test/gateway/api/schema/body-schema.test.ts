import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Type } from '@sinclair/typebox';
import { BodySchema } from '../../../../gateway/api/schema/body-schema.ts';
import { optional } from '../../../../gateway/api/schema/field-types.ts';
import { ApiError, apiError } from '../../../../shared/errors.ts';

const BODY = new BodySchema(
  Type.Object({ first: Type.Integer(), second: optional(Type.String()), third: Type.Boolean() }),
  {
    second: ({ first, second }) =>
      first === 1 && second === 'one'
        ? apiError('unsupported_parameter', { param: 'second', reason: 'says it again' })
        : undefined,
  },
);

function paramOf(body: Readonly<Record<string, unknown>>): string | null | undefined {
  const parsed = BODY.parse(body);
  assert.deepEqual(BODY.parseLong(body), parsed);
  return parsed instanceof ApiError ? parsed.param : undefined;
}

test('a good body comes back with the fields of the schema, in their order', () => {
  const body = BODY.parse({ third: true, other: 1, first: 1 });
  assert.equal(JSON.stringify(body), '{"first":1,"third":true}');
});

test('a bad body is refused for its first field, whatever the order of its own', () => {
  assert.equal(paramOf({ third: 1, second: 2, first: '3' }), 'first');
  assert.equal(paramOf({ third: 1, second: 2, first: 3 }), 'second');
  assert.equal(paramOf({ third: 1, second: null, first: 3 }), 'third');
  assert.equal(paramOf({}), 'first');
});

test('a rule is asked of good bodies, and of bad ones in the turn of its field', () => {
  assert.equal(paramOf({ first: 1, second: 'one', third: true }), 'second');
  assert.equal(paramOf({ first: 1, second: 'one', third: 'x' }), 'second');
  assert.equal(paramOf({ first: 'x', second: 'one', third: 'x' }), 'first');
});
