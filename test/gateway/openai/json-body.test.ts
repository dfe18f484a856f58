import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isTooDeep, JSON_DEPTH_MAX, parseJsonObject } from '../../../gateway/openai/json-body.ts';
import { ApiError } from '../../../shared/errors.ts';
import { fc } from '../../support/property.ts';

/** An object whose innermost value is `depth` levels deep. */
function nested(depth: number, open: string, close: string): string {
  return `{"a":${open.repeat(depth - 1)}1${close.repeat(depth - 1)}}`;
}

test('what is not a JSON object is invalid_json without a param', () => {
  const arrays = JSON.stringify([[1]]);
  for (const text of [
    '',
    '  \n',
    '{',
    '{"a":}',
    '{} {}',
    "{'a':1}",
    '[1]',
    '"x"',
    'null',
    '7',
    arrays,
  ]) {
    const error = parseJsonObject(text);
    assert.ok(error instanceof ApiError, text);
    assert.deepEqual([error.code, error.param, error.status], ['invalid_json', null, 400]);
  }
});

test('a body may be nested as deep as the limit, and no deeper', () => {
  for (const [open, close] of [
    ['[', ']'],
    ['{"b":', '}'],
  ] as const) {
    const allowed = parseJsonObject(nested(JSON_DEPTH_MAX, open, close));
    assert.ok(!(allowed instanceof ApiError));
    const error = parseJsonObject(nested(JSON_DEPTH_MAX + 1, open, close));
    assert.ok(error instanceof ApiError);
    assert.match(error.message, /deeper than 128 levels/);
  }
});

test('a body of brackets is refused before it is parsed', () => {
  const error = parseJsonObject('['.repeat(10_000_000));
  assert.ok(error instanceof ApiError);
  assert.match(error.message, /deeper than 128 levels/);
});

test('brackets beside each other or in strings are not depth', () => {
  const wide = JSON.stringify({ list: Array.from({ length: 500 }, () => [{ a: [] }]) });
  const quoted = JSON.stringify({ code: '[{"'.repeat(500), path: '\\'.repeat(7), more: '"[[' });
  for (const text of [wide, quoted]) assert.ok(!(parseJsonObject(text) instanceof ApiError));
});

test('the scan finds the depth that a walk of the parsed value finds', () => {
  const value = fc.jsonValue({
    maxDepth: 6,
    stringUnit: fc.constantFrom('"', '\\', '[', '{', 'a'),
  });
  fc.assert(
    fc.property(value, fc.integer({ min: 1, max: 7 }), (json, limit) => {
      const text = JSON.stringify(json);
      assert.equal(isTooDeep(text, limit), depthOf(JSON.parse(text)) > limit);
    }),
    { numRuns: 300 },
  );
});

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}
