import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WEIGHT_NAMES, WEIGHT_RANGES, type Weights } from '../../../lab/experiment/weights.ts';
import { chooseWeights, type ScoredWeights } from '../../../lab/tune/weight-choice.ts';
import { WeightSearch } from '../../../lab/tune/weight-search.ts';
import { fc } from '../../support/property.ts';

/** That of `fakeai tune`. */
const GRID = [0, 0.5, 1, 1.5, 2].flatMap((kvOverlapWeight) =>
  [0, 0.5, 1, 2].flatMap((loadBalanceWeight) =>
    [0, 0.1, 1].map((routerTemperature) => ({
      kvOverlapWeight,
      loadBalanceWeight,
      routerTemperature,
    })),
  ),
);

/** Runs a search to its end, and returns it. */
function search(
  scoreOf: (weights: Weights) => Omit<ScoredWeights, 'weights'>,
  grid: readonly Weights[] = GRID,
): WeightSearch<ScoredWeights> {
  const weightSearch = new WeightSearch(grid, WEIGHT_RANGES);
  for (;;) {
    const points = weightSearch.next();
    if (points.length === 0) return weightSearch;
    weightSearch.record(points.map((weights) => ({ weights, ...scoreOf(weights) })));
  }
}

/** The farther from `best`, the fewer requests are good. */
function hill(best: Weights): (weights: Weights) => Omit<ScoredWeights, 'weights'> {
  return (weights) => ({
    goodShare:
      1 - WEIGHT_NAMES.reduce((sum, name) => sum + Math.abs(weights[name] - best[name]), 0) / 20,
    ttftMs: 100,
    hitRate: 0.5,
    imbalance: 1,
    brokenBounds: 0,
  });
}

function weightsOf(overlap: number, load: number, temperature: number): Weights {
  return { kvOverlapWeight: overlap, loadBalanceWeight: load, routerTemperature: temperature };
}

const anyWeights = fc
  .tuple(
    fc.double({ min: 0, max: 2, noNaN: true }),
    fc.double({ min: 0, max: 2, noNaN: true }),
    fc.double({ min: 0, max: 1, noNaN: true }),
  )
  .map((values) => weightsOf(...values));

test('finds the top of a hill to the size of its last steps, wherever it is', () => {
  fc.assert(
    fc.property(anyWeights, (top) => {
      const best = chooseWeights(search(hill(top)).candidates);
      assert.ok(best !== undefined);
      assert.ok(Math.abs(best.weights.kvOverlapWeight - top.kvOverlapWeight) < 0.1);
      assert.ok(Math.abs(best.weights.loadBalanceWeight - top.loadBalanceWeight) < 0.1);
    }),
    { numRuns: 100 },
  );
});

test('goes to the ends of the ranges, from a single value', () => {
  for (const top of [weightsOf(2, 2, 1), weightsOf(0, 0, 1.5), weightsOf(2, 0, 0.5)]) {
    const best = chooseWeights(search(hill(top), [weightsOf(1, 1, 1)]).candidates);
    assert.ok(best !== undefined);
    for (const name of WEIGHT_NAMES) {
      assert.ok(Math.abs(best.weights[name] - top[name]) < 0.1, `${name} of ${best.weights[name]}`);
    }
  }
});

test('tries nothing twice or outside of the ranges, and no more than it says', () => {
  fc.assert(
    fc.property(fc.array(anyWeights, { minLength: 1, maxLength: 5 }), fc.nat(), (grid, seed) => {
      const { candidates, candidatesMax } = search(rough(seed), grid);
      const keys = candidates.map(({ weights }) => JSON.stringify(weights));
      assert.equal(new Set(keys).size, keys.length);
      assert.ok(keys.length <= candidatesMax);
      for (const { weights } of candidates) {
        for (const name of WEIGHT_NAMES) {
          const { min, max } = WEIGHT_RANGES[name];
          assert.ok(weights[name] >= min && weights[name] <= max);
        }
      }
    }),
    { numRuns: 100 },
  );
});

test('is the same whenever the scores are', () => {
  assert.deepEqual(search(rough(7)).candidates, search(rough(7)).candidates);
});

test('no candidate beats the choice in goodput, hit rate and balance', () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const { candidates } = search(rough(seed));
      const best = chooseWeights(candidates);
      assert.ok(best !== undefined);
      for (const { goodShare, hitRate, imbalance } of candidates) {
        const isAsGood =
          goodShare >= best.goodShare && hitRate >= best.hitRate && imbalance <= best.imbalance;
        const isBetter =
          goodShare > best.goodShare || hitRate > best.hitRate || imbalance < best.imbalance;
        assert.ok(!(isAsGood && isBetter));
      }
    }),
    { numRuns: 100 },
  );
});

/** Scores without any order, the same for the same weights; many are alike. */
function rough(seed: number): (weights: Weights) => Omit<ScoredWeights, 'weights'> {
  return (weights) => {
    const draw = (salt: number): number => {
      const { kvOverlapWeight, loadBalanceWeight, routerTemperature } = weights;
      const sum = kvOverlapWeight * 12.9 + loadBalanceWeight * 78.2 + routerTemperature * 37.7;
      return Math.abs(Math.sin(sum + (seed % 1000) + salt * 9.1));
    };
    return {
      goodShare: 0.9 + Math.round(draw(1) * 20) / 5000,
      ttftMs: Math.round(draw(2) * 10),
      hitRate: Math.round(draw(3) * 10) / 10,
      imbalance: 1 + Math.round(draw(4) * 10) / 10,
      brokenBounds: 0,
    };
  };
}
