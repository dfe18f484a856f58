import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RequestTable } from '../../engine/cluster/request-table.ts';
import { requestId } from '../../shared/ids.ts';
import { fc } from '../support/property.ts';

/** Few ids, so that they come again and their slots collide. */
const id = fc.oneof(
  fc.integer({ min: 1, max: 200 }),
  fc.integer({ min: 0xffffff00, max: 0xffffffff }),
);

test('the table of requests holds what a map of them would', () => {
  fc.assert(
    fc.property(fc.array(id, { maxLength: 600 }), (ids) => {
      const table = new RequestTable<number>();
      const model = new Map<number, number>();
      for (const [step, each] of ids.entries()) {
        const request = requestId(each);
        if (model.delete(each)) table.delete(request);
        else {
          model.set(each, step);
          table.add(request, step);
        }
        assert.equal(table.get(each), model.get(each));
      }
      assert.equal(table.size, model.size);
      for (const each of ids) assert.equal(table.get(each), model.get(each));
      const ascending = (a: number, b: number) => a - b;
      assert.deepEqual(table.values().sort(ascending), [...model.values()].sort(ascending));
    }),
  );
});
