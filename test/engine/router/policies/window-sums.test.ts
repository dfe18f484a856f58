import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WindowSums } from '../../../../engine/router/policies/window-sums.ts';
import { fc } from '../../../support/property.ts';

test('a sum is what was added in the last slices of a second, up to the window', () => {
  const anyWork = fc.record({ gapUs: fc.nat(4_000_000), worker: fc.nat(2), amount: fc.nat(1000) });
  fc.assert(
    fc.property(fc.array(anyWork, { maxLength: 60 }), (work) => {
      const sums = new WindowSums(3, 10);
      const added: { second: number; worker: number; amount: number }[] = [];
      let atUs = 0;
      for (const { gapUs, worker, amount } of work) {
        atUs += gapUs;
        sums.advance(atUs);
        sums.add(worker, amount);
        const now = Math.floor(atUs / 1e6);
        added.push({ second: now, worker, amount });
        for (let each = 0; each < 3; each++) {
          const recent = added.filter((one) => one.worker === each && one.second > now - 10);
          const expected = recent.reduce((sum, one) => sum + one.amount, 0);
          assert.equal(sums.of(each), expected);
        }
      }
    }),
    { numRuns: 60 },
  );
});

test('time that goes back changes nothing, a long silence leaves nothing, nor does a crash', () => {
  const sums = new WindowSums(2, 10);
  sums.advance(5_000_000);
  sums.add(0, 7);
  sums.advance(4_000_000);
  sums.add(1, 8);
  assert.deepEqual([sums.of(0), sums.of(1)], [7, 8]);
  sums.clear(0);
  assert.deepEqual([sums.of(0), sums.of(1)], [0, 8]);
  sums.advance(1e12);
  assert.deepEqual([sums.of(0), sums.of(1)], [0, 0]);
});
