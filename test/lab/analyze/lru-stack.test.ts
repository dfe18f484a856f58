import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LruStack } from '../../../lab/analyze/lru-stack.ts';
import { fc } from '../../support/property.ts';

test('the depth of a block is how many distinct ones were touched since, itself included', () => {
  const blocks = fc.array(fc.integer({ min: 1, max: 90 }), { maxLength: 4000 });
  fc.assert(
    fc.property(blocks, (touched) => {
      const stack = new LruStack();
      /** The most recent first. */
      let order: number[] = [];
      for (const block of touched) {
        assert.equal(stack.depth(block), order.indexOf(block) + 1);
        stack.touch(block);
        order = [block, ...order.filter((other) => other !== block)];
      }
      assert.equal(stack.size, order.length);
      for (const [at, block] of order.entries()) {
        assert.equal(stack.depth(block), at + 1);
      }
    }),
    { numRuns: 30 },
  );
});

test('depths stay right when there is no room for more touches', () => {
  const stack = new LruStack();
  for (let round = 0; round < 5; round++) {
    for (let block = 1; block <= 3000; block++) stack.touch(block);
  }
  assert.equal(stack.size, 3000);
  for (const block of [1, 2, 1500, 2999, 3000]) {
    assert.equal(stack.depth(block), 3001 - block);
  }
});
