import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { constantLatency } from '../../../support/sequences.ts';
import { draws, itlUs, near, stepUs, summary, ttftUs } from './latency-rig.ts';

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
  const config = constantLatency(20_000, 5000, 0.4);
  const half = [500, 1000] as const;
  const whole = [700, 700] as const;
  assert.equal(stepUs(config, { chunks: [half], starts: 1 }), 8000 + 6000);
  assert.equal(
    stepUs(config, { chunks: [half, whole], starts: 2, decodes: 7, running: 9 }),
    16_000 + 18_000 + 5000,
  );
  assert.equal(stepUs(config, { decodes: 7, running: 7 }), 5000);
});

test('a step takes at least a microsecond, so that time goes on', () => {
  const step = { chunks: [[8, 8]], starts: 1, decodes: 1, running: 2 } as const;
  assert.equal(stepUs(constantLatency(0, 0), step), 1);
  assert.equal(stepUs(constantLatency(0, 0.2), { decodes: 1 }), 1);
});

describe('draws', () => {
  test('are uniform within the percentage', () => {
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

  test('at 100 % reach from nothing to twice the mean', () => {
    const config = { ...constantLatency(0, 1000), itlVariancePercent: 100 };
    const itl = summary(draws((seed) => itlUs(config, 1, 0, seed)));
    assert.ok(itl.min >= 0 && itl.min < 5 && itl.max <= 2000 && itl.max > 1995);
  });
});
