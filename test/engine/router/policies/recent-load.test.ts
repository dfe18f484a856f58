import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecentLoad } from '../../../../engine/router/policies/recent-load.ts';
import { fc } from '../../../support/property.ts';

test('the load is what was added in the last slices of a second, up to the window', () => {
  const anyWork = fc.record({ gapUs: fc.nat(4_000_000), worker: fc.nat(2), us: fc.nat(1000) });
  fc.assert(
    fc.property(fc.array(anyWork, { maxLength: 60 }), (work) => {
      const load = new RecentLoad(3, 10);
      const added: { second: number; worker: number; us: number }[] = [];
      let atUs = 0;
      for (const { gapUs, worker, us } of work) {
        atUs += gapUs;
        load.advance(atUs);
        load.add(worker, us);
        const now = Math.floor(atUs / 1e6);
        added.push({ second: now, worker, us });
        for (let each = 0; each < 3; each++) {
          const recent = added.filter((one) => one.worker === each && one.second > now - 10);
          const expected = recent.reduce((sum, one) => sum + one.us, 0);
          assert.equal(load.us(each), expected);
        }
      }
    }),
    { numRuns: 60 },
  );
});

test('time that goes back changes nothing, a long silence leaves nothing, nor does a crash', () => {
  const load = new RecentLoad(2, 10);
  load.advance(5_000_000);
  load.add(0, 7);
  load.advance(4_000_000);
  load.add(1, 8);
  assert.deepEqual([load.us(0), load.us(1)], [7, 8]);
  load.clear(0);
  assert.deepEqual([load.us(0), load.us(1)], [0, 8]);
  load.advance(1e12);
  assert.deepEqual([load.us(0), load.us(1)], [0, 0]);
});
