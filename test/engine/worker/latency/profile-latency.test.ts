import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LatencyConfig } from '../../../../shared/latency-config.ts';
import { draws, itlUs, near, stepUs, summary, ttftUs } from './latency-rig.ts';

const PROFILE = {
  kind: 'profile',
  ttftMs: 200,
  ttftDeviationMs: 0,
  itlMs: 12,
  itlDeviationMs: 0,
  prefillTokensPerSecond: 1000,
} as const satisfies LatencyConfig;

for (const [name, prefill, expected] of [
  ['is the TTFT and the time of all tokens after the first 100', {}, 200_000 + 900_000],
  ['of a cached prompt is the TTFT alone', { uncached: 1 }, 200_000],
  ['scales the tokens', { scale: 0.5 }, 200_000 + 450_000],
  ['is not queued up to 50 sequences', { uncached: 0, running: 50 }, 200_000],
  ['takes 2 % more for each sequence beyond', { uncached: 0, running: 75 }, 300_000],
] as const) {
  test(`prefill ${name}`, () => assert.equal(ttftUs(PROFILE, prefill), expected));
}

test('the gap takes half a percent more for each sequence beyond 20', () => {
  assert.deepEqual(
    [1, 20, 60].map((running) => itlUs(PROFILE, running)),
    [12_000, 12_000, 14_400],
  );
});

test('a step adds a TTFT per prefill that begins, the tokens at their rate, and one gap', () => {
  const chunks = [
    [200, 200],
    [300, 300],
  ] as const;
  assert.equal(stepUs(PROFILE, { chunks, starts: 2, running: 2 }), 400_000 + 500_000);
  assert.equal(stepUs(PROFILE, { decodes: 2, running: 60 }), 14_400);
});

test('no draw is below 1 ms to the first token or 0.5 ms between two', () => {
  const wild = { ...PROFILE, ttftMs: 2, ttftDeviationMs: 50, itlMs: 1, itlDeviationMs: 50 };
  const ttfts = draws((seed) => ttftUs(wild, { uncached: 0 }, seed));
  const itls = draws((seed) => itlUs(wild, 1, 0, seed));
  assert.equal(Math.min(...ttfts), 1000);
  assert.equal(Math.min(...itls), 500);
});

test('draws are normal with a deviation of their own', () => {
  const config = { ...PROFILE, ttftDeviationMs: 40, itlDeviationMs: 2.5 };
  const ttft = summary(draws((seed) => ttftUs(config, { uncached: 0 }, seed)));
  near(ttft.mean, 200_000, 0.005);
  near(ttft.deviation, 40_000);
  near(summary(draws((seed) => itlUs(config, 1, 0, seed))).deviation, 2500);
});
