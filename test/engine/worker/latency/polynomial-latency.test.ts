import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LatencyConfig } from '../../../../shared/latency-config.ts';
import { itlUs, stepUs, ttftUs } from './latency-rig.ts';

/** The coefficients of the mocker of NVIDIA Dynamo. */
const POLYNOMIAL = {
  kind: 'polynomial',
  prefillMs: [4.209989e-7, 1.518344e-2, 16.50142],
  decodeMs: [-25.74, 54.01, 5.74],
  decodeMinMs: 1,
} as const satisfies LatencyConfig;

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
  const chunks = [
    [600, 4000],
    [400, 400],
  ] as const;
  assert.equal(stepUs(POLYNOMIAL, { chunks, starts: 1, cacheUse: 0.5 }), 32_106);
  assert.equal(stepUs(POLYNOMIAL, { decodes: 4, running: 4, cacheUse: 0.5 }), 26_310);
  const mixed = { chunks, decodes: 4, running: 5, cacheUse: 0.5 };
  assert.equal(stepUs(POLYNOMIAL, mixed), 32_106 + 26_310);
});
