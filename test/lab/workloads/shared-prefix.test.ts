import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createWorkload } from '../../../lab/workloads/workloads.ts';
import { describedTrace } from '../analyze/described-trace.ts';
import { arrivalsOf, hashesOf, type PlainRequest } from '../traces/requests.ts';

function requestsOf(workload: string, parameters = {}): PlainRequest[] {
  return arrivalsOf(createWorkload({ workload, parameters, seed: 2 }));
}

function statsOf(workload: string, parameters = {}, blockSize = 16) {
  return describedTrace(createWorkload({ workload, parameters, seed: 2 }), blockSize);
}

test("SGLang's defaults: 1,024 prompts at once, an infinite cache hits the shared part", () => {
  const stats = statsOf('shared-prefix:sglang');
  assert.equal(stats.requests, 1024);
  assert.equal(stats.spanSeconds, 0);
  assert.equal(stats.promptTokens.mean, 2048 + 128);
  assert.equal(stats.outputTokens.mean, 256);
  // Every group's first prompt misses its shared part; the published bound is .882.
  const bound = ((1024 - 64) * 2048) / (1024 * 2176);
  assert.ok(Math.abs(stats.workingSet.hitBound - bound) < 1e-9);
  assert.equal(bound.toFixed(3), '0.882');
});

test("llm-d's setting: 750 prompts that fill 1.8 M tokens and come again", () => {
  const twice = { requests: 1500, qps: 20, ramp: 1 };
  const stats = statsOf('shared-prefix:llm-d', twice);
  assert.equal(stats.reuse.distinctBlocks * 16, 150 * 6000 + 750 * 1200);
  assert.ok(Math.abs(stats.requestsPerSecond - 20) < 1.5);
  assert.ok(Math.abs(stats.gapCv - 1) < 0.1);
  assert.equal(stats.outputTokens.mean, 1000);
});

test('a ramp moves arrivals to the end and leaves their mean rate', () => {
  const even = statsOf('shared-prefix:llm-d', { ramp: 1 });
  const ramp = statsOf('shared-prefix:llm-d', {});
  assert.ok(Math.abs(ramp.requestsPerSecond / even.requestsPerSecond - 1) < 0.02);
  const arrivalsUs = requestsOf('shared-prefix:llm-d').map(({ arrivalUs }) => arrivalUs);
  const half = arrivalsUs.filter((us) => us < arrivalsUs.at(-1)! / 2).length / 750;
  assert.ok(Math.abs(half - (2 * 0.5 + 19 * 0.25) / 21) < 0.04, `${half}`);
});

test("Mooncake's synthetic trace: its means and cache ratio", () => {
  const stats = statsOf('shared-prefix:mooncake-synthetic', {}, 512);
  assert.ok(Math.abs(stats.promptTokens.mean / 15_325 - 1) < 0.05);
  assert.ok(Math.abs(stats.outputTokens.mean / 149 - 1) < 0.05);
  assert.ok(Math.abs(stats.reuse.tokenRatio - 0.66) < 0.03);
});

test("Mooncake's tool and agent trace: its means and cache ratio", () => {
  const stats = statsOf('shared-prefix:tool-agent', {}, 512);
  assert.ok(Math.abs(stats.promptTokens.mean / 8596 - 1) < 0.05);
  assert.ok(Math.abs(stats.outputTokens.mean / 182 - 1) < 0.05);
  assert.ok(Math.abs(stats.reuse.tokenRatio - 0.59) < 0.03);
});

test('each pass over the pool sends every prompt once, in another order', () => {
  const pool = { groups: 10, promptsPerGroup: 4, requests: 80 };
  const prompts = requestsOf('shared-prefix', pool).map(({ segments }) => segments[3]);
  const first = prompts.slice(0, 40);
  const second = prompts.slice(40);
  assert.equal(new Set(first).size, 40);
  assert.deepEqual(new Set(first), new Set(second));
  assert.notDeepEqual(first, second);
});

test('prompts of a group share the prefix and no more, answers are shared with nothing', () => {
  const pool = { groups: 2, promptsPerGroup: 8, requests: 32, prefixTokens: 100 };
  const requests = requestsOf('shared-prefix', pool);
  const groups = new Set(requests.map((request) => hashesOf(request, 100)[0]));
  assert.equal(groups.size, 2);
  const prompts = new Set(requests.map((request) => hashesOf(request, 1)[100]));
  assert.equal(prompts.size, 16);
  const ends = new Set(requests.map((request) => hashesOf(request, 1).at(-1)));
  assert.equal(ends.size, 32);
});

test('groups are as popular as Zipf says', () => {
  const parameters = { groups: 100, requests: 20_000, zipf: 1, prefixTokens: 8, questionTokens: 1 };
  const uses = new Map<number | undefined, number>();
  for (const { segments } of requestsOf('shared-prefix', parameters)) {
    uses.set(segments[0], (uses.get(segments[0]) ?? 0) + 1);
  }
  const counts = [...uses.values()].sort((a, b) => b - a);
  const harmonic = Array.from({ length: 100 }, (_, at) => 1 / (at + 1)).reduce((a, b) => a + b);
  assert.ok(Math.abs(counts[0]! / (20_000 / harmonic) - 1) < 0.06);
  assert.ok(Math.abs(counts[9]! / (2000 / harmonic) - 1) < 0.25);
});

test('a pool that would not fit memory is refused', () => {
  const parameters = { groups: 1e6, promptsPerGroup: 1e6 };
  assert.throws(() => requestsOf('shared-prefix', parameters), { name: 'WorkloadError' });
});
