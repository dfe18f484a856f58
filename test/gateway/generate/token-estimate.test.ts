import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Generation } from '../../../gateway/generate/generation.ts';
import { tokensToCharge } from '../../../gateway/generate/token-estimate.ts';

function charged(prompts: readonly number[], choices: number, outputLimit?: number): number {
  const generation = { model: { window: 100 }, sampling: { choices, outputLimit } };
  return tokensToCharge(
    generation as Generation,
    prompts.map((tokens) => ({ tokens })),
    20,
  );
}

test('a request is charged its prompts, and for each answer what it usually is at most', () => {
  assert.equal(charged([30], 1), 50);
  assert.equal(charged([30], 1, 5), 35);
  assert.equal(charged([30], 4, 5), 50);
  assert.equal(charged([30], 1, 60), 50);
  assert.equal(charged([95], 2), 105, 'no answer is longer than the room behind its prompt');
  assert.equal(charged([10, 20], 2, 5), 50);
});
