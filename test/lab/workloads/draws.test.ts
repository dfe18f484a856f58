import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  drawGamma,
  drawGeometric,
  drawLogNormal,
  drawTokens,
  quantileAt,
} from '../../../lab/workloads/draws.ts';
import { Rng } from '../../../shared/rng.ts';

const DRAWS = 40_000;

/** Mean and coefficient of variation of many draws. */
function moments(draw: (rng: Rng) => number): { mean: number; cv: number } {
  const rng = new Rng(42);
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < DRAWS; i++) {
    const value = draw(rng);
    sum += value;
    squares += value * value;
  }
  const mean = sum / DRAWS;
  return { mean, cv: Math.sqrt(squares / DRAWS - mean * mean) / mean };
}

function assertNear(actual: number, expected: number, share: number): void {
  const message = `${actual} is not within ${share * 100} % of ${expected}`;
  assert.ok(Math.abs(actual - expected) <= expected * share, message);
}

for (const cv of [0.3, 1, 2.5]) {
  test(`gamma and log-normal draws have the mean and the variation ${cv}`, () => {
    for (const draw of [drawGamma, drawLogNormal]) {
      const found = moments((rng) => draw(rng, 500, cv));
      assertNear(found.mean, 500, 0.04);
      assertNear(found.cv, cv, 0.12);
    }
  });
}

test('without variation every draw is the mean', () => {
  const rng = new Rng(1);
  assert.equal(drawGamma(rng, 7, 0), 7);
  assert.equal(drawLogNormal(rng, 7, 0), 7);
  assert.equal(drawTokens(rng, 7.4, 0, 100), 7);
});

test('tokens stay between 1 and their limit', () => {
  const rng = new Rng(1);
  for (let i = 0; i < 1000; i++) {
    const tokens = drawTokens(rng, 5, 3, 20);
    assert.ok(Number.isInteger(tokens) && tokens >= 1 && tokens <= 20);
  }
});

test('geometric draws have the mean, start at 1 and stop at the limit', () => {
  const found = moments((rng) => drawGeometric(rng, 4, 1000));
  assertNear(found.mean, 4, 0.03);
  const rng = new Rng(1);
  const draws = Array.from({ length: 1000 }, () => drawGeometric(rng, 4, 6));
  assert.equal(Math.min(...draws), 1);
  assert.equal(Math.max(...draws), 6);
  assert.equal(drawGeometric(rng, 1, 6), 1);
});

test('a quantile table is linear between its points', () => {
  const table = { shares: [0, 0.5, 1], values: [10, 20, 100] };
  assert.deepEqual(
    [0, 0.25, 0.5, 0.75, 0.999999].map((share) => Math.round(quantileAt(table, share))),
    [10, 15, 20, 60, 100],
  );
});
