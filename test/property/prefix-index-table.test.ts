import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ADDED, BlockTable } from '../../engine/router/block-table.ts';
import { fc } from '../support/property.ts';

const WORKERS = 40;
/** The inverse of the table's multiplier, modulo 2^32. */
const GOLDEN_INVERSE = 0x0e8b2f51;

/**
 * Hashes whose home slot, in a table of 64 slots, is one of five around its end, so that runs of
 * taken slots are long and wrap around; `n` tells hashes of one home apart.
 */
const hashArbitrary = fc.tuple(fc.constantFrom(62, 63, 0, 1, 40), fc.nat(9)).map(([home, n]) => ({
  lo: Math.imul(((home << 26) | n) >>> 0, GOLDEN_INVERSE) >>> 0,
  hi: n % 3,
}));

const stepArbitrary = fc.record({
  kind: fc.constantFrom('add', 'add', 'add', 'remove', 'remove', 'removeWorker'),
  hash: hashArbitrary,
  worker: fc.constantFrom(0, 1, 39),
});

test('the table agrees with a map through collisions, growth and removals', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(10, 1000),
      fc.array(stepArbitrary, { maxLength: 150 }),
      (cap, steps) => {
        const table = new BlockTable(WORKERS, cap);
        const model = new Map<string, Set<number>>();
        for (const { kind, hash, worker } of steps) {
          const { lo, hi } = hash;
          const name = `${lo} ${hi}`;
          if (kind === 'add') {
            const full = !model.has(name) && model.size === cap;
            const known = model.get(name)?.has(worker) === true;
            const expected = full ? ADDED.full : known ? ADDED.known : ADDED.added;
            assert.equal(table.add(lo, hi, worker), expected);
            if (!full) model.set(name, (model.get(name) ?? new Set()).add(worker));
          } else if (kind === 'remove') {
            assert.equal(table.remove(lo, hi, worker), model.get(name)?.has(worker) === true);
            drop(model, name, worker);
          } else {
            const names = [...model.keys()].filter((key) => model.get(key)?.has(worker));
            assert.equal(table.removeWorker(worker), names.length);
            for (const key of names) drop(model, key, worker);
          }
          assert.equal(table.blocks, model.size);
          assert.equal(table.read(lo, hi, new Int32Array(2), 0), model.has(name));
        }
        assert.deepEqual(contents(table), model);
      },
    ),
    { numRuns: 150 },
  );
});

function drop(model: Map<string, Set<number>>, name: string, worker: number): void {
  const workers = model.get(name);
  workers?.delete(worker);
  if (workers?.size === 0) model.delete(name);
}

function contents(table: BlockTable): Map<string, Set<number>> {
  const found = new Map<string, Set<number>>();
  table.visit((lo, hi, worker) => {
    const name = `${lo} ${hi}`;
    found.set(name, (found.get(name) ?? new Set()).add(worker));
  });
  return found;
}
