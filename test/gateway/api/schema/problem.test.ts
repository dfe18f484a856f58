import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TObject, type TSchema, Type } from '@sinclair/typebox';
import { optional, pairs, tagged, withOneOf } from '../../../../gateway/api/schema/field-types.ts';
import { compileChecks, problemOfField } from '../../../../gateway/api/schema/problem.ts';
import type { ApiError } from '../../../../shared/errors.ts';
import { oneOf } from '../../../../shared/schema/one-of.ts';

/** The problem that `value` is as the field `f` of type `schema`. */
function problem(schema: TSchema, value: unknown): ApiError | undefined {
  const body: TObject = Type.Object({ f: schema });
  return problemOfField(body, { f: value }, 'f')?.('');
}

function assertProblem(schema: TSchema, value: unknown, code: string, param = 'f'): void {
  const found = problem(schema, value);
  assert.deepEqual([found?.code, found?.param], [code, param], JSON.stringify(value));
}

test('a required field has to be there; null counts as absent', () => {
  assertProblem(Type.String(), undefined, 'missing_required_parameter');
  assertProblem(Type.String(), null, 'missing_required_parameter');
  assert.equal(problem(optional(Type.String()), undefined), undefined);
  assert.equal(problem(optional(Type.String()), null), undefined);
});

test('a field that the schema does not know has no problem', () => {
  assert.equal(problemOfField(Type.Object({}), { f: 1 }, 'f'), undefined);
});

test('numbers and texts are held to their type, then to their range', () => {
  const count = optional(Type.Integer({ minimum: 1, maximum: 3 }));
  assertProblem(count, '2', 'invalid_type');
  assertProblem(count, 2.5, 'invalid_type');
  assertProblem(count, 0, 'integer_below_min_value');
  assertProblem(count, 4, 'integer_above_max_value');
  assert.equal(problem(count, 3), undefined);
  assertProblem(Type.Number({ minimum: 0 }), -0.5, 'decimal_below_min_value');
  assertProblem(Type.Number({ maximum: 1 }), 1.5, 'decimal_above_max_value');
  const name = Type.String({ minLength: 1, maxLength: 2 });
  assertProblem(name, '', 'invalid_value');
  assertProblem(name, 'abc', 'string_above_max_length');
  assert.equal(problem(name, 'ab'), undefined);
});

test('a name is one of those listed', () => {
  const error = problem(optional(oneOf(['low', 'high'])), 'mid');
  assert.equal(
    error?.message,
    "Invalid value for 'f': got a string (\"mid\"). Send one of 'low', 'high'.",
  );
  assertProblem(oneOf(['low', 'high']), 1, 'invalid_type');
  assertProblem(oneOf(['only']), 'another', 'invalid_value');
  assertProblem(oneOf(['only']), 1, 'invalid_type');
});

test('of an array the first bad item counts, wherever it is', () => {
  const list = Type.Array(Type.Integer({ maximum: 9 }), { minItems: 1, maxItems: 3 });
  assertProblem(list, [], 'empty_array');
  assertProblem(list, [1, 2, 3, 'x'], 'array_above_max_length');
  assertProblem(list, ['x', 2, 'x'], 'invalid_type', 'f[0]');
  assertProblem(list, [1, 'x', 10], 'invalid_type', 'f[1]');
  assertProblem(list, [1, 2, 10], 'integer_above_max_value', 'f[2]');
  assertProblem(list, ['x'], 'invalid_type', 'f[0]');
  assert.equal(problem(list, [1, 2, 3]), undefined);
  const rows = Type.Array(Type.Array(Type.Integer()));
  assertProblem(rows, [[1], [2, 3], [4, 'x']], 'invalid_type', 'f[2][1]');
  assertProblem(rows, [[1], [2, 'x'], [4, 5]], 'invalid_type', 'f[1][1]');
});

test('a union has the problem of its first member of that type', () => {
  const text = Type.String({ maxLength: 2 });
  const either = Type.Union([text, Type.Array(text)], { 'x-type': 'a text or texts' });
  assertProblem(either, 'abc', 'string_above_max_length');
  assertProblem(either, ['a', 'abc'], 'string_above_max_length', 'f[1]');
  const error = problem(either, 1);
  assert.match(error?.message ?? '', /expected a text or texts, but got an integer \(1\)/);
  assert.equal(problem(Type.Union([text, Type.String()]), 'abc'), undefined);
});

test('a tag says which object is meant', () => {
  const part = tagged('type', [
    Type.Object({ type: Type.Literal('text'), text: Type.String() }),
    withOneOf(
      Type.Object({ type: Type.Literal('file'), id: optional(Type.String()) }),
      ['id'],
      'the id of a file',
    ),
  ]);
  assertProblem(part, { type: 'text', text: 1 }, 'invalid_type', 'f.text');
  assertProblem(part, { type: 'file', id: 1 }, 'invalid_type', 'f.id');
  assertProblem(part, { type: 'file' }, 'missing_required_parameter', 'f.id');
  assertProblem(part, { type: 'sound' }, 'invalid_value', 'f.type');
  assertProblem(part, {}, 'missing_required_parameter', 'f.type');
  assert.equal(problem(part, { type: 'file', id: 'x' }), undefined);
});

test('pairs are held to their number, then to their names and values in turn', () => {
  const metadata = pairs(Type.String(), { pairsMax: 2, nameLengthMax: 70 });
  assertProblem(metadata, { a: '', b: '', c: '' }, 'invalid_value');
  assertProblem(metadata, { a: '', b: 1 }, 'invalid_type', 'f.b');
  const long = 'x'.repeat(71);
  assertProblem(metadata, { [long]: '' }, 'invalid_value', `f.${long.slice(0, 64)}`);
  assert.equal(problem(metadata, { a: '', b: null }), undefined);
});

test('checks that are compiled ahead find the same problems', () => {
  const list = Type.Object({ f: optional(Type.Array(pairs(Type.Integer()))) });
  compileChecks(list);
  const found = problemOfField(list, { f: [{ a: 1 }, { b: 'x' }, { c: 1 }] }, 'f')?.('');
  assert.equal(found?.param, 'f[1].b');
});
