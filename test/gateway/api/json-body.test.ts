import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseJsonObject, textOfBody } from '../../../gateway/api/json-body.ts';
import { ApiError } from '../../../shared/errors.ts';

function parse(body: string | Buffer) {
  const text = textOfBody(Buffer.from(body));
  return text instanceof ApiError ? text : parseJsonObject(text);
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
    const error = parse(text);
    assert.ok(error instanceof ApiError, text);
    assert.deepEqual([error.code, error.param, error.status], ['invalid_json', null, 400]);
  }
});

test('a body beyond its bounds has no text that could be parsed', () => {
  for (const [text, reason] of [
    ['['.repeat(10_000_000), /nested deeper than 128 levels/],
    [`[${'{},'.repeat(3_000_000)}{}]`, /more than 40,960 objects and arrays/],
  ] as const) {
    const error = textOfBody(Buffer.from(text));
    assert.ok(error instanceof ApiError);
    assert.match(error.message, reason);
  }
});

test('bytes that are not UTF-8, and a byte order mark, are named as what is wrong', () => {
  const latin1 = parse(Buffer.from('{"a":"caf\xe9"}', 'latin1'));
  assert.ok(latin1 instanceof ApiError);
  assert.match(latin1.message, /not valid UTF-8/);
  const marked = parse('\ufeff{}');
  assert.ok(marked instanceof ApiError);
  assert.match(marked.message, /byte order mark/);
});

test('escapes, also of half a character, are read as they stand', () => {
  const body = parse('{"a":"\\u0000\\ud800","\\u0062":2}');
  assert.deepEqual(body, { a: '\u0000\ud800', b: 2 });
});
