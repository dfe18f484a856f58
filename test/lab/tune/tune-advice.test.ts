import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settingLines, tuneAdvice } from '../../../lab/tune/tune-advice.ts';
import type { Comparison } from '../../../lab/tune/tune-comparison.ts';
import type { Candidate, Tuning } from '../../../lab/tune/tune-output.ts';

const BEST: Candidate = {
  weights: { kvOverlapWeight: 2, loadBalanceWeight: 0.25, routerTemperature: 0.1 },
  cells: [],
  goodShare: 0.9,
  ttftMs: 100,
  hitRate: 0.3,
  imbalance: 1.1,
  brokenBounds: 0,
};

function comparison(
  against: string,
  verdict: Comparison['verdict'],
  goodShare = 0.012,
): Comparison {
  const difference = {
    goodShare,
    goodInterval: { low: -0.001, high: 0.02 },
    ttft: -0.05,
    ttftInterval: { low: -0.06, high: 0.04 },
  };
  return { against, cells: [], difference, verdict };
}

function tuning(comparisons: readonly Comparison[], hasSharing = true): Tuning {
  return { candidates: [], front: [], best: BEST, comparisons, hasSharing, isComplete: true };
}

test('within the spread there is no difference, and nothing to set', () => {
  const found = tuning([comparison('default', 'no difference'), comparison('random', 'better')]);
  assert.match(
    tuneAdvice(found).join(' '),
    / No difference between the chosen weights and the default within the spread \(\+1\.2 points good \(-0\.1 to \+2\.0\), -5\.0 % TTFT \(-6\.0 to \+4\.0\)\): keep the default\. It does better than random\.$/,
  );
  assert.deepEqual(settingLines(found), []);
});

test('better weights can be pasted, and an end of the range is pointed out', () => {
  const found = tuning([comparison('default', 'better')]);
  assert.match(tuneAdvice(found).join(' '), / The chosen weights do better than the default \(/);
  assert.match(tuneAdvice(found).join(' '), /The best overlap weight is at the end of what serve/);
  assert.deepEqual(settingLines(found), [
    'FAKEAI_KV_OVERLAP_WEIGHT=2',
    'FAKEAI_LOAD_BALANCE_WEIGHT=0.25',
    'FAKEAI_ROUTER_POLICY=smart',
    'FAKEAI_ROUTER_TEMPERATURE=0.1',
  ]);
});

test('another policy that does better is what to set', () => {
  const found = tuning([
    comparison('default', 'better'),
    comparison('session', 'worse', -0.01),
    comparison('cache-aware', 'worse', -0.03),
    comparison('random', 'no difference'),
  ]);
  const text = tuneAdvice(found).join(' ');
  assert.match(text, /With the chosen weights smart does worse than session, cache-aware\./);
  assert.match(text, /Within the spread it does no differently from random\./);
  assert.deepEqual(settingLines(found), ['FAKEAI_ROUTER_POLICY=cache-aware']);
});

test("a policy of the user's own that does better is a file to set", () => {
  const found = tuning([comparison('default', 'better'), comparison('mine', 'worse', -0.01)]);
  assert.deepEqual(settingLines(found, 'own/mine.ts'), ['FAKEAI_POLICY_MODULE=own/mine.ts']);
});

test('where prompts share nothing there is no advice about the overlap weight', () => {
  const found = tuning([comparison('default', 'better')], false);
  assert.match(tuneAdvice(found).join(' '), /of the overlap weight nothing can be said/);
  assert.ok(!settingLines(found).some((line) => line.includes('OVERLAP')));
});
