import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NameTable } from '../../../lab/traces/name-table.ts';
import { fc } from '../../support/property.ts';

test('it holds what a map holds, through growth and collisions', () => {
  const word = fc.integer({ min: 0, max: 15 });
  const entry = fc.tuple(word, word, fc.integer({ min: 1, max: 0xffffffff }));
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 300 }), (entries) => {
      const table = new NameTable(1);
      const model = new Map<number, number>();
      for (const [lo, hi, value] of entries) {
        table.set(lo * 0x10001000, hi, value);
        model.set(lo * 16 + hi, value);
      }
      assert.equal(table.size, model.size);
      for (let lo = 0; lo < 16; lo++) {
        for (let hi = 0; hi < 16; hi++) {
          assert.equal(table.get(lo * 0x10001000, hi), model.get(lo * 16 + hi) ?? 0);
        }
      }
      assert.deepEqual([...table.values()].sort(), [...model.values()].sort());
    }),
    { numRuns: 50 },
  );
});
