import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COMPLETION_BODY, promptsOf } from '../../../../gateway/api/openai/completion-body.ts';
import { ApiError } from '../../../../shared/errors.ts';

function parsed(body: Record<string, unknown>) {
  const fields = COMPLETION_BODY.parse({ model: 'm', prompt: 'x', ...body });
  assert.ok(!(fields instanceof ApiError), 'the body is good');
  return fields;
}

function problem(body: Record<string, unknown>) {
  const error = COMPLETION_BODY.parse({ model: 'm', prompt: 'x', ...body });
  assert.ok(error instanceof ApiError, 'the body is bad');
  assert.deepEqual(COMPLETION_BODY.parseLong({ model: 'm', prompt: 'x', ...body }), error);
  return [error.code, error.param];
}

test('a prompt is a text or token ids, and so is each of several', () => {
  assert.deepEqual(promptsOf(parsed({ prompt: 'a' })), ['a']);
  assert.deepEqual(promptsOf(parsed({ prompt: ['a', 'b'] })), ['a', 'b']);
  assert.deepEqual(promptsOf(parsed({ prompt: [1, 2] })), [[1, 2]]);
  assert.deepEqual(promptsOf(parsed({ prompt: [[1, 2], [3]] })), [[1, 2], [3]]);
});

test('a prompt that is none of these is refused, and the place named', () => {
  assert.deepEqual(problem({ prompt: undefined }), ['missing_required_parameter', 'prompt']);
  assert.deepEqual(problem({ prompt: {} }), ['invalid_type', 'prompt']);
  assert.deepEqual(problem({ prompt: [] }), ['empty_array', 'prompt']);
  assert.deepEqual(problem({ prompt: ['a', 1] }), ['invalid_type', 'prompt[1]']);
  assert.equal(problem({ prompt: [1, 'a'] })[0], 'invalid_type');
  assert.equal(problem({ prompt: [[1], []] })[0], 'invalid_type');
  assert.equal(problem({ prompt: [-1] })[0], 'invalid_type');
  const many = Array.from({ length: 2049 }, () => 'a');
  assert.deepEqual(problem({ prompt: many }), ['array_above_max_length', 'prompt']);
});

test('all prompts together have at most 2,048 answers', () => {
  const sixteen = Array.from({ length: 16 }, () => 'a');
  assert.equal(parsed({ prompt: sixteen, n: 128 }).n, 128);
  const many = [...sixteen, 'a'];
  assert.equal(parsed({ prompt: many, n: 120 }).n, 120);
  assert.deepEqual(problem({ prompt: many, n: 121 }), ['integer_above_max_value', 'n']);
  assert.equal(parsed({ prompt: Array.from({ length: 5000 }, () => 1), n: 128 }).n, 128);
});

test('the least of tokens keeps to the limit, which is 16 where none is set', () => {
  assert.equal(parsed({ min_tokens: 16 }).min_tokens, 16);
  assert.deepEqual(problem({ min_tokens: 17 }), ['integer_above_max_value', 'min_tokens']);
  assert.equal(parsed({ min_tokens: 17, max_tokens: 17 }).min_tokens, 17);
});

test('no tokens at all are for prompts that are given back', () => {
  assert.deepEqual(problem({ max_tokens: 0 }), ['integer_below_min_value', 'max_tokens']);
  assert.equal(parsed({ max_tokens: 0, echo: true }).max_tokens, 0);
});

test('prompts that are given back have at most 1,048,576 characters together', () => {
  const half = 'x'.repeat(2 ** 19);
  assert.equal(parsed({ prompt: [half, half], echo: true }).echo, true);
  const more = [half, half, 'x'];
  assert.deepEqual(problem({ prompt: more, echo: true }), ['string_above_max_length', 'prompt']);
  assert.equal(parsed({ prompt: more }).echo, undefined);
});

test('the best are chosen of at least as many, and of more only where nothing is streamed', () => {
  assert.deepEqual(problem({ n: 3, best_of: 2 }), ['integer_below_min_value', 'best_of']);
  assert.equal(parsed({ n: 3, best_of: 3, stream: true }).best_of, 3);
  assert.equal(parsed({ n: 3, best_of: 4 }).best_of, 4);
  const streamed = { n: 3, best_of: 4, stream: true };
  assert.deepEqual(problem(streamed), ['unsupported_parameter', 'best_of']);
  const prompt = Array.from({ length: 17 }, () => 'a');
  assert.deepEqual(problem({ prompt, best_of: 121 }), ['integer_above_max_value', 'best_of']);
});
