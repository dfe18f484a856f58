import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { LinearLatency } from '../../../../engine/worker/latency/linear-latency.ts';
import type { LatencyConfig } from '../../../../shared/latency-config.ts';
import { draws, itlUs, near, stepUs, stepWith, summary, ttftUs } from './latency-rig.ts';

const LINEAR = {
  kind: 'linear',
  prefillOverheadUs: 30_000,
  prefillUsPerToken: 250,
  prefillDeviationPercent: 0,
  itlUs: 12_000,
  itlDeviationPercent: 0,
  loadFactor: 2,
} as const satisfies LatencyConfig;

for (const [name, prefill, expected] of [
  ['is the overhead and a time per token', {}, 30_000 + 250_000],
  ['counts uncached tokens only', { uncached: 100 }, 30_000 + 25_000],
  ['scales the tokens, not the overhead', { scale: 0.5 }, 30_000 + 125_000],
  ['doubles at max_num_seqs with a load factor of 2', { running: 101 }, 560_000],
  ['is half way there at half the load', { running: 51 }, 420_000],
] as const) {
  test(`prefill ${name}`, () => assert.equal(ttftUs(LINEAR, prefill), expected));
}

test('the gap grows with load in the same way', () => {
  assert.deepEqual(
    [1, 51, 101].map((running) => itlUs(LINEAR, running)),
    [12_000, 18_000, 24_000],
  );
});

test('a worker for one sequence has no load to speak of', () => {
  const single = new LinearLatency(LINEAR, 1);
  assert.equal(single.itlUs(stepWith({}), Uint32Array.of(1), 0), 12_000);
});

test('a step costs an overhead per prefill that begins, its tokens, and one gap', () => {
  const chunks = [
    [40, 400],
    [60, 60],
  ] as const;
  assert.equal(stepUs(LINEAR, { chunks, starts: 2, decodes: 3 }), 60_000 + 25_000 + 12_000);
  assert.equal(stepUs(LINEAR, { chunks, running: 101 }), 2 * 25_000);
  assert.equal(stepUs(LINEAR, { decodes: 3, running: 51 }), 18_000);
});

describe('draws', () => {
  test('are normal, and cut off at 0.3 and 1.7 of the mean', () => {
    const config = { ...LINEAR, prefillDeviationPercent: 20, itlDeviationPercent: 17 };
    const ttft = summary(draws((seed) => ttftUs(config, {}, seed)));
    near(ttft.mean, 280_000, 0.005);
    near(ttft.deviation, 56_000);
    near(summary(draws((seed) => itlUs(config, 51, 0, seed))).deviation, 0.17 * 18_000);
    const wild = { ...LINEAR, itlDeviationPercent: 80 };
    const itl = summary(draws((seed) => itlUs(wild, 1, 0, seed)));
    assert.deepEqual([itl.min, itl.max], [3600, 20_400]);
    near(itl.mean, 12_000, 0.01);
  });

  test('take from the stream of the sequence and from no other', () => {
    const streams = Uint32Array.of(1, 2, 3);
    const model = new LinearLatency({ ...LINEAR, itlDeviationPercent: 10 }, 101);
    model.itlUs(stepWith({}), streams, 1);
    assert.equal(streams[0], 1);
    assert.notEqual(streams[1], 2);
    assert.equal(streams[2], 3);
  });
});
