import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LogHistogram } from '../../shared/log-histogram.ts';
import { fc } from '../support/property.ts';

const SHARES = [0, 0.01, 0.25, 0.5, 0.9, 0.95, 0.99, 1];

/** Values of every magnitude that a histogram takes. */
const anyValue = fc
  .tuple(fc.integer({ min: 0, max: 50 }), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([exponent, fraction]) => Math.floor(2 ** exponent * (1 + fraction)) - 1);

test('a quantile is within 0.1 % of the value at its rank', () => {
  fc.assert(
    fc.property(fc.array(anyValue, { minLength: 1, maxLength: 200 }), (values) => {
      const histogram = new LogHistogram();
      for (const value of values) histogram.add(value);
      const sorted = [...values].sort((a, b) => a - b);
      const found = histogram.quantiles(SHARES);
      for (const [at, share] of SHARES.entries()) {
        const exact = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
        assert.ok(Math.abs(found[at]! - exact) <= exact * 0.001, `${found[at]} for ${exact}`);
      }
      assert.equal(histogram.max, sorted.at(-1));
      assert.equal(histogram.count, values.length);
    }),
    { numRuns: 200 },
  );
});

test('the order of additions does not matter, nor whether equal ones are added together', () => {
  fc.assert(
    fc.property(fc.array(anyValue, { minLength: 1, maxLength: 50 }), (values) => {
      const single = new LogHistogram();
      const weighted = new LogHistogram();
      for (const value of values) for (let i = 0; i < 3; i++) single.add(value);
      for (const value of values.toReversed()) weighted.add(value, 3);
      assert.deepEqual(weighted.quantiles(SHARES), single.quantiles(SHARES));
    }),
    { numRuns: 100 },
  );
});

test('the mean is exact', () => {
  const histogram = new LogHistogram();
  histogram.add(1_000_003, 2);
  histogram.add(5);
  assert.equal(histogram.mean, 2_000_011 / 3);
});

test('an empty histogram has no quantiles', () => {
  assert.ok(Number.isNaN(new LogHistogram().quantiles([0.5])[0]));
  assert.ok(Number.isNaN(new LogHistogram().mean));
});
