import assert from 'node:assert/strict';
import { test } from 'node:test';
import { globMatcher } from '../../../gateway/models/glob-matcher.ts';

test('globs match whole ids, case aside, and nothing else in them is special', () => {
  const matches = globMatcher(['gpt-oss*', 'deepseek-ai/DeepSeek-R1*', '*reasoning*', 'a.b']);
  for (const id of ['gpt-oss-20b', 'deepseek-ai/deepseek-r1', 'my-Reasoning-model', 'a.b']) {
    assert.ok(matches(id), id);
  }
  for (const id of ['openai/gpt-oss-120b', 'deepseek-ai/DeepSeek-V3', 'axb', 'a.bc', '']) {
    assert.ok(!matches(id), id);
  }
  assert.ok(!globMatcher([])('anything'));
  assert.ok(globMatcher(['*'])('anything'));
});
