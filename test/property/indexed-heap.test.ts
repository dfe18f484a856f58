import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IndexedHeap } from '../../shared/indexed-heap.ts';
import { fc } from '../support/property.ts';

const slot = fc.nat({ max: 40 });
/** Few keys, so that the order among equals matters. */
const key = fc.oneof(fc.integer({ min: 0, max: 4 }), fc.double({ noNaN: true }));
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('set' as const), slot, key }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('remove' as const), slot }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('pop' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('clear' as const) }) },
);

test('a heap does what a sorted list does', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200, size: 'max' }), (steps) => {
      const heap = new IndexedHeap(1);
      let model: { slot: number; key: number; order: number }[] = [];
      for (const [order, step] of steps.entries()) {
        if (step.do === 'set') {
          heap.set(step.slot, step.key, order);
          model = model.filter((entry) => entry.slot !== step.slot);
          model.push({ slot: step.slot, key: step.key, order });
          model.sort((a, b) => a.key - b.key || a.order - b.order);
        } else if (step.do === 'remove') {
          assert.equal(
            heap.remove(step.slot),
            model.some((entry) => entry.slot === step.slot),
          );
          model = model.filter((entry) => entry.slot !== step.slot);
        } else if (step.do === 'pop') {
          assert.equal(heap.pop(), model.shift()?.slot ?? -1);
        } else {
          heap.clear();
          model = [];
        }
        assert.equal(heap.size, model.length);
        assert.equal(heap.peek(), model[0]?.slot ?? -1);
        assert.equal(heap.peekKey(), model[0]?.key ?? Number.POSITIVE_INFINITY);
        for (let at = 0; at <= 41; at++) {
          assert.equal(
            heap.has(at),
            model.some((entry) => entry.slot === at),
          );
        }
      }
      assert.deepEqual(
        model.map(() => heap.pop()),
        model.map((entry) => entry.slot),
      );
    }),
    { numRuns: 100 },
  );
});
