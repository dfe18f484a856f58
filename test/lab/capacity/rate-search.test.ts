import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RateSearch } from '../../../lab/capacity/rate-search.ts';
import { fc } from '../../support/property.ts';

/** Searches a limit that is known, and returns how many rates it took. */
function find(search: RateSearch, limit: number): number {
  for (let tries = 0; ; tries++) {
    const rate = search.next();
    if (rate === undefined) return tries;
    search.record(rate, rate <= limit, rate);
  }
}

test('finds the highest rate to the precision asked for, from any start', () => {
  const anyRate = fc.double({ min: 0.01, max: 100, noNaN: true });
  fc.assert(
    fc.property(anyRate, anyRate, (limit, start) => {
      const search = new RateSearch(start, 0.02);
      const tries = find(search, limit);
      assert.ok(search.highest <= limit && limit < search.highest * 1.02);
      assert.ok(!search.isUnbounded);
      assert.ok(tries < 25);
    }),
    { numRuns: 200, examples: [[83.04, 0.010125]] },
  );
});

test('says when no rate fails, and when none passes', () => {
  const unlimited = new RateSearch(1, 0.02);
  find(unlimited, Number.POSITIVE_INFINITY);
  assert.ok(unlimited.isUnbounded);
  assert.ok(unlimited.highest > 1000);
  const impossible = new RateSearch(1, 0.02);
  find(impossible, 0);
  assert.equal(impossible.highest, 0);
  assert.ok(!impossible.isUnbounded);
});

test('ends when twice the rate is no more load, though every rate passes', () => {
  const search = new RateSearch(1, 0.02);
  for (const load of [1, 1.9, 2.5, 2.54]) {
    search.record(search.next() ?? Number.NaN, true, load);
  }
  assert.equal(search.next(), undefined);
  assert.equal(search.highest, 8);
  assert.ok(search.isUnbounded);
});
