import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createWorkload } from '../../../lab/workloads/workloads.ts';
import { describedTrace } from '../analyze/described-trace.ts';

test('requests share nothing and have the lengths and the rate asked for', () => {
  const parameters = { requests: 5000, inputTokens: 700, inputCv: 0.5, outputTokens: 90, qps: 10 };
  const source = createWorkload({ workload: 'lengths', parameters, seed: 6 });
  const stats = describedTrace(source, 16);
  assert.equal(stats.reuse.blockRatio, 0);
  assert.equal(stats.workingSet.hitBound, 0);
  assert.ok(Math.abs(stats.promptTokens.mean / 700 - 1) < 0.03);
  assert.equal(stats.outputTokens.min, 90);
  assert.equal(stats.outputTokens.max, 90);
  assert.ok(Math.abs(stats.requestsPerSecond / 10 - 1) < 0.05);
  assert.ok(Math.abs(stats.gapCv - 1) < 0.05);
});
