import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createWorkload } from '../../../lab/workloads/workloads.ts';
import { describedTrace } from '../analyze/described-trace.ts';
import { arrivalsOf, hashesOf } from '../traces/requests.ts';

function stats(seed: number, parameters = {}) {
  return describedTrace(createWorkload({ workload: 'conversation', parameters, seed }), 512);
}

function assertNear(name: string, actual: number, expected: number, share: number): void {
  const message = `${name} is ${actual}, the trace has ${expected}`;
  assert.ok(Math.abs(actual - expected) <= Math.abs(expected) * share, message);
}

test('its statistics are those of the Mooncake conversation trace', () => {
  for (const seed of [1, 2]) {
    const { requests, promptTokens, outputTokens, reuse, ...arrivals } = stats(seed);
    assert.equal(requests, 12_031);
    assertNear('requests per second', arrivals.requestsPerSecond, 3.4, 0.04);
    assertNear('variation of gaps', arrivals.gapCv, 3.03, 0.05);
    assertNear('distinct arrival times', arrivals.distinctArrivals, 1180, 0.05);
    assertNear('mean prompt', promptTokens.mean, 12_035, 0.06);
    const prompts = { p10: 964, p50: 6909, p75: 15_367, p90: 27_367, p95: 39_550, p99: 85_400 };
    for (const [name, expected] of Object.entries(prompts) as [keyof typeof prompts, number][]) {
      assertNear(`${name} of prompts`, promptTokens[name], expected, 0.12);
    }
    const outputs = { mean: 342.6, p25: 156, p50: 350, p75: 472, p90: 597, p95: 698, p99: 1119 };
    for (const [name, expected] of Object.entries(outputs) as [keyof typeof outputs, number][]) {
      assertNear(`${name} of answers`, outputTokens[name], expected, 0.08);
    }
    assertNear('blocks seen before', reuse.blockRatio, 0.3664, 0.06);
    assertNear('tokens seen before', reuse.tokenRatio, 0.3736, 0.06);
    assertNear('mean hit of a request', reuse.perRequest.mean, 0.409, 0.08);
    assertNear('median hit of a request', reuse.perRequest.p50, 0.363, 0.15);
    assertNear('90th percentile of hits', reuse.perRequest.p90, 0.948, 0.02);
    assertNear('blocks used once', reuse.blocksUsedOnce, 0.758, 0.05);
    assertNear('requests with a full hit', reuse.withFullHit, 0.0098, 0.5);
    assert.ok(reuse.withoutHit < 0.0002);
  }
});

test('all prompts start with the same block', () => {
  const parameters = { requests: 500, rootTokens: 512 };
  const source = createWorkload({ workload: 'conversation', parameters, seed: 3 });
  const roots = new Set(arrivalsOf(source).map((request) => hashesOf(request, 512)[0]));
  assert.equal(roots.size, 1);
});

test('the long run keeps its rate', () => {
  const { requestsPerSecond } = stats(5, { requests: 30_000, qps: 1 });
  assertNear('requests per second', requestsPerSecond, 1, 0.03);
});

test('without batches arrivals are spread like a Poisson process', () => {
  assertNear('variation of gaps', stats(5, { batchSeconds: 0 }).gapCv, 1, 0.05);
});

test('no prompt is longer than it may be, and the root must leave room', () => {
  assert.ok(stats(1, { requests: 2000, maxTokens: 4000 }).promptTokens.max <= 4000);
  const parameters = { rootTokens: 4000, maxTokens: 4000 };
  assert.throws(() => stats(1, parameters), { name: 'WorkloadError', message: /^rootTokens/ });
});
