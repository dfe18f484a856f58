import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countTicks, shortCountText } from '../../../../lab/report/page/count-axis.ts';
import { fc } from '../../../support/property.ts';

const axes = fc.record({
  least: fc.integer({ min: 1, max: 10_000 }),
  factor: fc.integer({ min: 10, max: 1_000_000 }),
  width: fc.integer({ min: 120, max: 1500 }),
});

test('ticks rise, lie on the axis and have one digit', () => {
  fc.assert(
    fc.property(axes, ({ least, factor, width }) => {
      const ticks = countTicks(least, least * factor, width);
      assert.ok(ticks.length > 0);
      assert.deepEqual(
        ticks,
        ticks.toSorted((a, b) => a - b),
      );
      for (const tick of ticks) {
        assert.ok(tick >= least && tick <= least * factor);
        assert.match(String(tick), /^[1235]0*$/);
      }
    }),
  );
});

test('a wider axis has no fewer ticks', () => {
  fc.assert(
    fc.property(axes, ({ least, factor, width }) => {
      const narrow = countTicks(least, least * factor, width).length;
      assert.ok(countTicks(least, least * factor, width * 2).length >= narrow);
    }),
  );
});

test('counts are named in few characters', () => {
  assert.deepEqual([1, 999, 20_000, 1_500_000, 2e9].map(shortCountText), [
    '1',
    '999',
    '20K',
    '1.5M',
    '2B',
  ]);
});
