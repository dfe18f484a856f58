import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WeightSearch, type Weights } from '../../../gateway/lab/weight-search.ts';

const RANGES = {
  kvOverlapWeight: { min: 0, max: 2, step: 0.25 },
  loadBalanceWeight: { min: 0, max: 2, step: 0.5 },
  routerTemperature: { min: 0, max: 10, step: 0.1 },
};
const GRID = [0, 1, 2].map(
  (kvOverlapWeight): Weights => ({
    kvOverlapWeight,
    loadBalanceWeight: 1,
    routerTemperature: 0,
  }),
);

/** Searches the weights that are nearest to a point, and returns all that were tried. */
function searchFor(search: WeightSearch, point: Weights): Weights[] {
  const tried: Weights[] = [];
  for (;;) {
    const points = search.next();
    if (points.length === 0) return tried;
    tried.push(...points);
    search.record(
      points.map((weights) => ({
        goodShare: 1 - Math.abs(weights.kvOverlapWeight - point.kvOverlapWeight),
        ttftMs: Math.abs(weights.loadBalanceWeight - point.loadBalanceWeight),
      })),
    );
  }
}

test('steps from the best of the grid towards what is better, and tries nothing twice', () => {
  const search = new WeightSearch(GRID, RANGES);
  const tried = searchFor(search, {
    kvOverlapWeight: 1.25,
    loadBalanceWeight: 0,
    routerTemperature: 0,
  });
  assert.equal(search.best?.kvOverlapWeight, 1.25);
  assert.equal(search.best?.loadBalanceWeight, 0);
  assert.equal(new Set(tried.map((weights) => JSON.stringify(weights))).size, tried.length);
});

test('stays within what is allowed', () => {
  const search = new WeightSearch(GRID, RANGES);
  const tried = searchFor(search, {
    kvOverlapWeight: 9,
    loadBalanceWeight: -9,
    routerTemperature: 0,
  });
  for (const { kvOverlapWeight, loadBalanceWeight, routerTemperature } of tried) {
    assert.ok(kvOverlapWeight >= 0 && kvOverlapWeight <= 2);
    assert.ok(loadBalanceWeight >= 0 && loadBalanceWeight <= 2);
    assert.ok(routerTemperature >= 0);
  }
  assert.equal(search.best?.kvOverlapWeight, 2);
});
