import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PromptCache } from '../../../gateway/prompt/prompt-cache.ts';
import { TokenBuffer } from '../../../gateway/text/token-buffer.ts';
import { hashRoot } from '../../../shared/block-hash.ts';

const ROOT = hashRoot(1);

function prompt(tokens: number, first = 1): TokenBuffer {
  const buffer = new TokenBuffer();
  for (let i = 0; i < tokens; i++) buffer.push(first + i);
  return buffer;
}

function cache(maxEntries = 10, minTokens = 1024): PromptCache {
  return new PromptCache({ maxEntries, ttlSeconds: 600, minTokens });
}

test('a prompt that was seen before is worth its tokens in steps of 128', () => {
  const prompts = cache();
  assert.equal(prompts.use(prompt(1300), ROOT), 0);
  assert.equal(prompts.use(prompt(1300), ROOT), 1280);
});

test('a prompt that differs in one token, or is of another model, is another prompt', () => {
  const prompts = cache();
  prompts.use(prompt(1300), ROOT);
  assert.equal(prompts.use(prompt(1301), ROOT), 0);
  assert.equal(prompts.use(prompt(1300, 2), ROOT), 0);
  assert.equal(prompts.use(prompt(1300), hashRoot(2)), 0);
});

test('prompts below the minimum are not remembered', () => {
  const prompts = cache(10, 1024);
  prompts.use(prompt(1023), ROOT);
  assert.equal(prompts.use(prompt(1023), ROOT), 0);
  prompts.use(prompt(1024), ROOT);
  assert.equal(prompts.use(prompt(1024), ROOT), 1024);
});

test('the prompt used longest ago gives way', () => {
  const prompts = cache(2);
  for (const first of [1, 2, 1, 3]) prompts.use(prompt(1024, first), ROOT);
  assert.equal(prompts.use(prompt(1024, 1), ROOT), 1024);
  assert.equal(prompts.use(prompt(1024, 2), ROOT), 0);
});

test('a cache of no entries never hits', () => {
  const prompts = cache(0);
  prompts.use(prompt(2000), ROOT);
  assert.equal(prompts.use(prompt(2000), ROOT), 0);
});
