import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_WEIGHTS } from '../../../lab/experiment/weights.ts';
import { chooseWeights, frontOf, type ScoredWeights } from '../../../lab/tune/weight-choice.ts';

function scored(
  goodShare: number,
  ttftMs: number,
  hitRate: number,
  imbalance: number,
): ScoredWeights {
  return { weights: DEFAULT_WEIGHTS, goodShare, ttftMs, hitRate, imbalance, brokenBounds: 0 };
}

test('the fastest is not chosen where another beats it in goodput, hit rate and balance', () => {
  const beaten = scored(0.9395, 300, 0.25, 1.2);
  const good = scored(0.94, 350, 0.26, 1.1);
  assert.deepEqual(frontOf([beaten, good]), [good]);
  assert.equal(chooseWeights([beaten, good]), good);
});

test('of those on the front that are alike in goodput the fastest is chosen', () => {
  const highest = scored(0.94, 350, 0.25, 1.1);
  const faster = scored(0.9395, 340, 0.26, 1.1);
  const fastest = scored(0.9385, 300, 0.27, 1.1);
  assert.equal(chooseWeights([highest, faster, fastest]), faster);
});

test('weights that break fewer bounds go before better ones that break more', () => {
  const good = { ...scored(0.97, 300, 0.25, 1.1), brokenBounds: 1 };
  const kept = scored(0.91, 350, 0.24, 1.2);
  assert.deepEqual(frontOf([good, kept]), [good, kept]);
  assert.equal(chooseWeights([good, kept]), kept);
});

test('where no request is good and none has a first token, something is chosen all the same', () => {
  const none = scored(0, Number.POSITIVE_INFINITY, 0, 1);
  assert.equal(chooseWeights([none, { ...none }]), none);
  assert.equal(chooseWeights([]), undefined);
});
