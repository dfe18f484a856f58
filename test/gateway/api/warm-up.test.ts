import assert from 'node:assert/strict';
import { test } from 'node:test';
import { warmUp, warmUpAnswer } from '../../../gateway/api/warm-up.ts';
import { ApiError } from '../../../shared/errors.ts';

test('a warm-up comes to the last of some 2,000 parts, and to what is wrong with it', () => {
  const problem = warmUp();
  assert.ok(problem instanceof ApiError);
  assert.equal(problem.code, 'invalid_type');
  assert.equal(problem.param, 'messages[321].content[0].file.file_id');
});

test('a warm-up writes some thousand tokens, as events and as a body', () => {
  const { events, body } = warmUpAnswer();
  assert.ok(body > 10_000);
  assert.ok(events > body);
});
