import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { LatencyModel } from '../../../engine/worker/latency.ts';
import type { LatencyConfig } from '../../../shared/protocol.ts';
import { constantLatency } from '../../support/sequences.ts';

const LINEAR = {
  kind: 'linear',
  prefillOverheadUs: 30_000,
  prefillUsPerToken: 250,
  prefillDeviationPercent: 0,
  itlUs: 12_000,
  itlDeviationPercent: 0,
  loadFactor: 2,
} as const satisfies LatencyConfig;

/** The coefficients of the mocker of NVIDIA Dynamo. */
const POLYNOMIAL = {
  kind: 'polynomial',
  prefillMs: [4.209989e-7, 1.518344e-2, 16.50142],
  decodeMs: [-25.74, 54.01, 5.74],
  decodeMinMs: 1,
} as const satisfies LatencyConfig;

const PROFILE = {
  kind: 'profile',
  ttftMs: 200,
  ttftDeviationMs: 0,
  itlMs: 12,
  itlDeviationMs: 0,
  prefillTokensPerSecond: 1000,
} as const satisfies LatencyConfig;

interface Prefill {
  readonly uncached?: number;
  readonly prompt?: number;
  readonly scale?: number;
  readonly running?: number;
  readonly cacheUse?: number;
}

/** A prompt of 1000 tokens with nothing cached on a worker that runs nothing else. */
function ttftUs(config: LatencyConfig, prefill: Prefill = {}, seed = 1): number {
  const { prompt = 1000, scale = 1, running = 1, cacheUse = 0 } = prefill;
  const uncached = prefill.uncached ?? prompt;
  const stream = Uint32Array.of(seed);
  return model(config).ttftUs(uncached, prompt, scale, running, cacheUse, stream, 0);
}

function itlUs(config: LatencyConfig, running = 1, cacheUse = 0, seed = 1): number {
  return model(config).itlUs(running, cacheUse, Uint32Array.of(seed), 0);
}

function model(config: LatencyConfig): LatencyModel {
  return new LatencyModel(config, 101);
}

describe('constant', () => {
  for (const [name, config, prefill, expected] of [
    ['is the TTFT of a prompt of which nothing is cached', constantLatency(20_000, 0), {}, 20_000],
    ['shrinks with the cached share', constantLatency(20_000, 0), { uncached: 250 }, 5000],
    ['keeps its fixed share', constantLatency(20_000, 0, 0.4), { uncached: 250 }, 8000 + 3000],
    ['scales what is not fixed', constantLatency(20_000, 0, 0.4), { scale: 0.5 }, 8000 + 6000],
    ['does not depend on load', constantLatency(20_000, 0), { running: 99, cacheUse: 1 }, 20_000],
    ['keeps microseconds', constantLatency(1, 0), {}, 1],
    ['of 0 is immediate', constantLatency(0, 5), {}, 0],
  ] as const) {
    test(`prefill ${name}`, () => assert.equal(ttftUs(config, prefill), expected));
  }

  test('the gap is kept to the microsecond, and 0 is none', () => {
    assert.equal(itlUs(constantLatency(0, 5000)), 5000);
    assert.equal(itlUs(constantLatency(0, 500)), 500);
    assert.equal(itlUs(constantLatency(0, 1.4)), 1);
    assert.equal(itlUs(constantLatency(0, 0)), 0);
  });

  test('a step adds the prefills in it, and one gap if anybody decodes', () => {
    const steps = model(constantLatency(20_000, 5000, 0.4));
    assert.equal(steps.stepUs(500, 0.5, 1, 0, 1, 0), 8000 + 6000);
    assert.equal(steps.stepUs(1000, 1.5, 2, 7, 9, 0), 16_000 + 18_000 + 5000);
    assert.equal(steps.stepUs(0, 0, 0, 7, 7, 0), 5000);
  });
});

describe('linear', () => {
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
    const single = new LatencyModel(LINEAR, 1);
    assert.equal(single.itlUs(1, 0, Uint32Array.of(1), 0), 12_000);
  });

  test('a step costs an overhead per prefill that begins, its tokens, and one gap', () => {
    assert.equal(model(LINEAR).stepUs(100, 1, 2, 3, 1, 0), 60_000 + 25_000 + 12_000);
    assert.equal(model(LINEAR).stepUs(100, 1, 0, 0, 101, 0), 2 * 25_000);
    assert.equal(model(LINEAR).stepUs(0, 0, 0, 3, 51, 0), 18_000);
  });
});

describe('polynomial', () => {
  test('prefill is quadratic in the new tokens, and the first token costs a decode', () => {
    // 0.4209989 + 15.18344 + 16.50142 ms, and 5.74 ms of decode in an empty cache.
    assert.equal(ttftUs(POLYNOMIAL), 32_106 + 5740);
    assert.equal(ttftUs(POLYNOMIAL, { uncached: 0 }), 16_501 + 5740);
    assert.equal(ttftUs(POLYNOMIAL, { scale: 0.5 }), Math.round(105.249725 + 7591.72 + 22_241.42));
  });

  test('decode follows the use of the cache, and never falls below its minimum', () => {
    assert.equal(itlUs(POLYNOMIAL, 1, 0), 5740);
    assert.equal(itlUs(POLYNOMIAL, 1, 0.5), 26_310);
    assert.equal(itlUs(POLYNOMIAL, 1, 1), 34_010);
    assert.equal(itlUs({ ...POLYNOMIAL, decodeMinMs: 9 }, 1, 0), 9000);
  });

  test('a step adds prefill, if there is any, and decode, if there is any', () => {
    const steps = model(POLYNOMIAL);
    assert.equal(steps.stepUs(1000, 1, 1, 0, 1, 0.5), 32_106);
    assert.equal(steps.stepUs(0, 0, 0, 4, 4, 0.5), 26_310);
    assert.equal(steps.stepUs(1000, 1, 1, 4, 5, 0.5), 32_106 + 26_310);
  });
});

describe('profile', () => {
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
    assert.equal(model(PROFILE).stepUs(500, 1, 2, 0, 2, 0), 400_000 + 500_000);
    assert.equal(model(PROFILE).stepUs(0, 0, 0, 2, 60, 0), 14_400);
  });

  test('no draw is below 1 ms to the first token or 0.5 ms between two', () => {
    const wild = { ...PROFILE, ttftMs: 2, ttftDeviationMs: 50, itlMs: 1, itlDeviationMs: 50 };
    const ttfts = draws((seed) => ttftUs(wild, { uncached: 0 }, seed));
    const itls = draws((seed) => itlUs(wild, 1, 0, seed));
    assert.equal(Math.min(...ttfts), 1000);
    assert.equal(Math.min(...itls), 500);
  });
});

test('a step takes at least a microsecond, so that time goes on', () => {
  assert.equal(model(constantLatency(0, 0)).stepUs(8, 1, 1, 1, 2, 0), 1);
  assert.equal(model(constantLatency(0, 0.2)).stepUs(0, 0, 0, 1, 1, 0), 1);
});

/** Draws of 20,000 sequences, each from a seed of its own. */
function draws(draw: (seed: number) => number): number[] {
  return Array.from({ length: 20_000 }, (_, seed) => draw(Math.imul(seed + 1, 0x9e3779b1) >>> 0));
}

function summary(values: readonly number[]) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return {
    mean,
    deviation: Math.sqrt(variance),
    min: Math.min(...values),
    max: Math.max(...values),
  };
}

function near(actual: number, expected: number, share = 0.02): void {
  assert.ok(Math.abs(actual - expected) <= share * expected, `${actual} is not near ${expected}`);
}

describe('draws', () => {
  test('of constant are uniform within the percentage', () => {
    const config = {
      ...constantLatency(20_000, 500),
      ttftVariancePercent: 10,
      itlVariancePercent: 50,
    };
    const ttft = summary(draws((seed) => ttftUs(config, {}, seed)));
    near(ttft.mean, 20_000, 0.005);
    near(ttft.deviation, 2000 / Math.sqrt(3));
    assert.ok(ttft.min >= 18_000 && ttft.min < 18_010);
    assert.ok(ttft.max <= 22_000 && ttft.max > 21_990);
    const itl = summary(draws((seed) => itlUs(config, 1, 0, seed)));
    near(itl.mean, 500, 0.01);
    assert.deepEqual([itl.min, itl.max], [250, 750]);
  });

  test('of constant at 100 % reach from nothing to twice the mean', () => {
    const config = { ...constantLatency(0, 1000), itlVariancePercent: 100 };
    const itl = summary(draws((seed) => itlUs(config, 1, 0, seed)));
    assert.ok(itl.min >= 0 && itl.min < 5 && itl.max <= 2000 && itl.max > 1995);
  });

  test('of linear are normal, and cut off at 0.3 and 1.7 of the mean', () => {
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

  test('of a profile are normal with its own deviation', () => {
    const config = { ...PROFILE, ttftDeviationMs: 40, itlDeviationMs: 2.5 };
    const ttft = summary(draws((seed) => ttftUs(config, { uncached: 0 }, seed)));
    near(ttft.mean, 200_000, 0.005);
    near(ttft.deviation, 40_000);
    near(summary(draws((seed) => itlUs(config, 1, 0, seed))).deviation, 2500);
  });

  test('take from the stream of the sequence and from no other', () => {
    const streams = Uint32Array.of(1, 2, 3);
    model({ ...LINEAR, itlDeviationPercent: 10 }).itlUs(1, 0, streams, 1);
    assert.equal(streams[0], 1);
    assert.notEqual(streams[1], 2);
    assert.equal(streams[2], 3);
  });
});
