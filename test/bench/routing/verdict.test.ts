import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Figures } from '../../../bench/routing/figures.ts';
import { judge } from '../../../bench/routing/verdict.ts';

/** Figures whose resamples differ from them by `spread` and less, evenly to both sides. */
function figures(goodShare: number, ttftP90Ms: number, spread = 0): Figures {
  const around = (value: number): number[] =>
    Array.from({ length: 200 }, (_, at) => value * (1 + spread * (at / 99.5 - 1)));
  return {
    goodShare,
    goodPerSecond: 1,
    ttftP50Ms: 1,
    ttftP90Ms,
    hitRate: 0,
    mostOverMean: 1,
    evictedBlocks: 0,
    resampled: { goodShare: around(goodShare), ttftP90Ms: around(ttftP90Ms) },
  };
}

test('smart is compared with the best of the others: most good requests, shortest times', () => {
  const policies = new Map([
    ['random', figures(0.4, 300)],
    ['smart', figures(0.6, 150)],
    ['session', figures(0.5, 400)],
  ] as const);
  const good = judge(policies, 'goodShare');
  assert.equal(good?.rival, 'session');
  assert.equal(good?.word, 'best');
  assert.ok(Math.abs((good?.difference ?? 0) - 0.2) < 1e-9);
  const ttft = judge(policies, 'ttftP90Ms');
  assert.equal(ttft?.rival, 'random');
  assert.equal(ttft?.difference, -0.5);
  assert.equal(ttft?.word, 'best');
});

test('smart is behind where the whole interval is on the wrong side', () => {
  const policies = new Map([
    ['smart', figures(0.4, 200)],
    ['session', figures(0.5, 100)],
  ] as const);
  assert.equal(judge(policies, 'goodShare')?.word, 'behind');
  assert.equal(judge(policies, 'ttftP90Ms')?.word, 'behind');
});

test('a sure difference below a hundredth is noise, and a large one whose interval holds 0', () => {
  const small = new Map([
    ['smart', figures(0.497, 100)],
    ['session', figures(0.5, 100)],
  ] as const);
  assert.equal(judge(small, 'goodShare')?.word, 'within noise');
  const loose = new Map([
    ['smart', figures(0.48, 100, 0.3)],
    ['session', figures(0.5, 100)],
  ] as const);
  assert.equal(judge(loose, 'goodShare')?.word, 'within noise');
});

test('where nothing is good under any policy, there is no difference', () => {
  const policies = new Map([
    ['smart', figures(0, 100)],
    ['session', figures(0, 100)],
  ] as const);
  assert.equal(judge(policies, 'goodShare')?.difference, 0);
});

test('there is no verdict without smart, nor without another policy', () => {
  assert.equal(judge(new Map([['smart', figures(1, 1)]] as const), 'goodShare'), undefined);
  assert.equal(judge(new Map([['random', figures(1, 1)]] as const), 'goodShare'), undefined);
});
