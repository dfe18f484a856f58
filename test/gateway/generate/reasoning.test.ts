import assert from 'node:assert/strict';
import { test } from 'node:test';
import { REASONING_EFFORTS, reasoningTokens } from '../../../gateway/generate/reasoning.ts';

test('reasoning takes the share of its effort, rounded down', () => {
  const shares = REASONING_EFFORTS.map((effort) => reasoningTokens(100, effort));
  assert.deepEqual(shares, [0, 5, 20, 40, 60, 70, 80]);
  assert.equal(reasoningTokens(100, undefined), 40);
  assert.equal(reasoningTokens(29, 'xhigh'), 20);
});

test('at least one token of every answer is left for the answer itself', () => {
  for (let tokens = 1; tokens <= 200; tokens++) {
    for (const effort of REASONING_EFFORTS) assert.ok(reasoningTokens(tokens, effort) < tokens);
  }
});
