import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_BLOCK } from '../../engine/kv/block-list.ts';
import { HashTable } from '../../engine/kv/hash-table.ts';
import { fc } from '../support/property.ts';

const NUM_BLOCKS = 12;

/** Few enough hashes that blocks contend for them, with all bits in use. */
const hash = fc.integer({ min: 0, max: 15 }).map((n) => ({
  lo: Math.imul(n, 0x9e3779b1) >>> 0,
  hi: Math.imul(n, 0x85ebca77) & 0x7fffffff,
}));
const step = fc.record({ block: fc.integer({ min: 0, max: NUM_BLOCKS - 1 }), hash });

test('after any insertions and removals the table finds what a map of hashes to blocks finds', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80, size: 'max' }), (steps) => {
      const table = new HashTable(NUM_BLOCKS);
      const blocks = new Map<number, number>();
      const hashes = new Map<number, number>();
      for (const { block, hash } of steps) {
        const held = hashes.get(block);
        if (held !== undefined) {
          table.remove(block);
          hashes.delete(block);
          blocks.delete(held);
        } else if (table.insert(block, hash.lo, hash.hi)) {
          assert.ok(!blocks.has(hash.lo));
          hashes.set(block, hash.lo);
          blocks.set(hash.lo, block);
        } else {
          assert.ok(blocks.has(hash.lo));
        }
        assert.equal(table.size, blocks.size);
        assert.equal(table.holds(block), hashes.has(block));
        assert.equal(table.find(hash.lo, hash.hi), blocks.get(hash.lo) ?? NO_BLOCK);
        table.checkInvariants();
      }
    }),
    { numRuns: 200 },
  );
});
