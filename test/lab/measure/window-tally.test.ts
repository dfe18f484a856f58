import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WindowTally } from '../../../lab/measure/window-tally.ts';
import { Rng } from '../../../shared/rng.ts';
import { fc } from '../../support/property.ts';
import { run } from '../simulate/replay-rig.ts';

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

test('the windows of a replay sum up to its figures, and hold as many requests each', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 900 }),
      fc.constantFrom(0, 30),
      (requests, warmupRequests) => {
        const result = run({
          workload: 'shared-prefix',
          parameters: { requests: requests + warmupRequests, qps: 40 },
          warmupRequests,
        });
        const { windows, cache } = result;
        assert.equal(sumOf(windows.in), result.requests.in);
        assert.equal(sumOf(windows.good), Math.round(result.goodShare * result.requests.in));
        assert.equal(sumOf(windows.started), result.requests.finished);
        assert.equal(sumOf(windows.promptTokens), result.promptTokens);
        const hitRate = sumOf(windows.cachedTokens) / sumOf(windows.promptTokens);
        assert.ok(Math.abs(hitRate - (cache.tokenHitRate ?? 0)) < 1e-9);
        const ttftMs = sumOf(windows.ttftMs) / requests;
        assert.ok(Math.abs(ttftMs - (result.latencies.ttftMs.mean ?? 0)) < 0.01);
        assert.ok(windows.in.slice(0, -1).every((count) => count === windows.requestsPerWindow));
        assert.ok(windows.in.length <= 64);
      },
    ),
    { numRuns: 12 },
  );
});

/** Intervals of independent requests, half of which hit, with exponential times to first token. */
function spreadOf(requests: number, seed: number, goodOf: (index: number, rng: Rng) => boolean) {
  const rng = new Rng(seed);
  const tally = new WindowTally();
  for (let index = 0; index < requests; index++) {
    tally.arrived(index);
    tally.started(index, Math.round(rng.exponential(1e6)), 100, rng.unit() < 0.5 ? 100 : 0);
    if (goodOf(index, rng)) tally.good(index);
  }
  return tally.spread();
}

test('of independent requests the intervals hold the truth about as often as they say', () => {
  const truths = { good: 0.8, hit: 0.5, p50: 693.1, p90: 2302.6 };
  const held = { good: 0, hit: 0, p50: 0, p90: 0 };
  const runs = 60;
  for (let seed = 0; seed < runs; seed++) {
    const spread = spreadOf(4000, seed, (_, rng) => rng.unit() < truths.good);
    assert.ok(spread);
    const { p50, p90 } = spread.ttftMs;
    const intervals = { good: spread.goodShare, hit: spread.tokenHitRate, p50, p90 };
    for (const name of ['good', 'hit', 'p50', 'p90'] as const) {
      const interval = intervals[name];
      assert.ok(interval);
      if (interval.low <= truths[name] && truths[name] <= interval.high) held[name]++;
    }
  }
  for (const [name, count] of Object.entries(held)) {
    assert.ok(count / runs > 0.8, `${name} was held ${count} of ${runs} times`);
  }
});

test('requests that fail together have a wider interval than those that fail alone', () => {
  const widthOf = (isGood: (index: number, rng: Rng) => boolean): number => {
    const interval = spreadOf(4000, 1, isGood)?.goodShare;
    assert.ok(interval);
    return interval.high - interval.low;
  };
  const alone = widthOf((index) => index % 4 > 0);
  const drawn = widthOf((_, rng) => rng.unit() < 0.75);
  const together = widthOf((index) => index % 1600 >= 400);
  assert.equal(alone, 0, 'every window has as many');
  assert.ok(together > 5 * drawn, `${together} and ${drawn}`);
});

test('few requests have no interval, and equal windows the same one each time', () => {
  assert.equal(
    spreadOf(60, 1, () => true),
    null,
  );
  assert.deepEqual(
    spreadOf(500, 1, () => true),
    spreadOf(500, 1, () => true),
  );
});

test('requests without a first token have no time to it', () => {
  const tally = new WindowTally();
  for (let index = 0; index < 500; index++) tally.arrived(index);
  assert.deepEqual(tally.spread(), {
    goodShare: { low: 0, high: 0 },
    tokenHitRate: null,
    ttftMs: { p50: null, p90: null, p99: null },
  });
});
