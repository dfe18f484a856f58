import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StepShape } from '../../../../engine/worker/latency/step-shape.ts';
import { stepWith } from './latency-rig.ts';

test('prefill is the sum of all chunks, each scaled', () => {
  const step = stepWith({
    chunks: [
      [512, 1024],
      [100, 100, 0.5],
    ],
  });
  assert.equal(step.prefillTokens, 512 + 50);
  assert.equal(step.prefillShare, 0.5 + 0.5);
});

test('a step that is filled again holds nothing of the one before', () => {
  const step = new StepShape(2);
  step.addChunk(8, 8, 1);
  step.addChunk(9, 9, 1);
  step.starts = 2;
  step.decodes = 5;
  step.clear();
  step.addChunk(3, 4, 1);
  const { chunks, starts, decodes, prefillTokens, prefillShare } = step;
  assert.deepEqual([chunks, starts, decodes, prefillTokens, prefillShare], [1, 0, 0, 3, 0.75]);
});
