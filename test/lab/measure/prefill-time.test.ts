import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PrefillTime } from '../../../lab/measure/prefill-time.ts';
import type { LatencyConfig } from '../../../shared/latency-config.ts';
import { LINEAR, replayConfig, run } from '../simulate/replay-rig.ts';

const QUADRATIC: LatencyConfig = {
  kind: 'polynomial',
  prefillMs: [1e-5, 0.1, 20],
  decodeMs: [0, 0, 0],
  decodeMinMs: 0,
};

test('it is the time to first token of a lone request, in one step or in several', () => {
  for (const latency of [LINEAR, QUADRATIC]) {
    for (const engine of ['batched', 'paced'] as const) {
      // Steps have room for 2,048 tokens.
      for (const inputTokens of [1, 2047, 2048, 2049, 4096, 4097, 9000]) {
        const parameters = { requests: 1, inputTokens, outputTokens: 1 };
        const spec = { workload: 'lengths', parameters, latency, engine };
        const prefill = new PrefillTime(replayConfig(spec).worker);
        const us = prefill.us(inputTokens, inputTokens);
        assert.equal(run(spec).latencies.ttftMs.mean, us / 1000, `${engine}, ${inputTokens}`);
      }
    }
  }
});

test('what is cached costs nothing', () => {
  const prefill = new PrefillTime(replayConfig({ workload: 'lengths' }).worker);
  assert.equal(prefill.us(5000, 5000), 501_000);
  assert.equal(prefill.us(5000, 3000), 301_000);
  assert.equal(prefill.us(5000, 1), 1100);
});
