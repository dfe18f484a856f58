import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ADDED, BlockTable } from '../../../engine/router/block-table.ts';
import { mix32 } from '../../../shared/rng.ts';

test('a block is known of exactly the workers that it was added for', () => {
  const table = new BlockTable(70, 100);
  for (const worker of [0, 31, 32, 69]) {
    assert.equal(table.add(5, 6, worker), ADDED.added);
    assert.equal(table.add(5, 6, worker), ADDED.known);
  }
  assert.equal(table.blocks, 1);
  const bitmap = new Int32Array(4);
  assert.equal(table.read(5, 6, bitmap, 1), true);
  assert.deepEqual([...bitmap], [0, 1 | (1 << 31), 1, 1 << 5]);
  assert.equal(table.read(5, 7, bitmap, 1), false);
  assert.deepEqual([...bitmap], [0, 0, 0, 0]);
});

test('hashes of all 63 bits are told apart, and zero is a hash like any other', () => {
  const table = new BlockTable(1, 100);
  const words = [0, 1, 0x7fffffff, 0xffffffff];
  const hashes = words.flatMap((lo) => words.map((hi) => [lo, hi & 0x7fffffff] as const));
  for (const [lo, hi] of hashes) table.add(lo, hi, 0);
  const seen: string[] = [];
  table.visit((lo, hi, worker) => seen.push(`${lo} ${hi} ${worker}`));
  const expected = new Set(hashes.map(([lo, hi]) => `${lo} ${hi} 0`));
  assert.deepEqual(seen.sort(), [...expected].sort());
  for (const [lo, hi] of hashes) table.remove(lo, hi, 0);
  assert.equal(table.blocks, 0);
});

test('a block leaves the table with its last worker', () => {
  const table = new BlockTable(64, 100);
  table.add(1, 2, 3);
  table.add(1, 2, 40);
  assert.equal(table.remove(1, 2, 3), true);
  assert.equal(table.remove(1, 2, 3), false);
  assert.equal(table.blocks, 1);
  assert.equal(table.remove(1, 2, 40), true);
  assert.equal(table.blocks, 0);
  assert.equal(table.remove(1, 2, 40), false);
});

test('at its cap the table refuses new blocks but takes workers of known ones', () => {
  const table = new BlockTable(2, 50);
  for (let n = 0; n < 50; n++) assert.equal(table.add(n, n, 0), ADDED.added);
  assert.equal(table.add(50, 50, 0), ADDED.full);
  assert.equal(table.add(49, 49, 1), ADDED.added);
  table.remove(0, 0, 0);
  assert.equal(table.add(50, 50, 0), ADDED.added);
  assert.equal(table.blocks, 50);
});

test('removing a worker leaves the others as they were', () => {
  const table = new BlockTable(40, 10_000);
  for (let n = 0; n < 3000; n++) {
    for (const worker of [n % 2, 38 + (n % 3 === 0 ? 1 : 0)]) table.add(mix32(n), n, worker);
  }
  assert.equal(table.removeWorker(38), 2000);
  assert.equal(table.removeWorker(38), 0);
  assert.equal(table.removeWorker(1), 1500);
  const counts = new Map<number, number>();
  table.visit((lo, hi, worker) => {
    assert.equal(lo, mix32(hi));
    counts.set(worker, (counts.get(worker) ?? 0) + 1);
  });
  assert.deepEqual(
    counts,
    new Map([
      [0, 1500],
      [39, 1000],
    ]),
  );
  // What is left: even blocks of worker 0, and of the odd ones those with a multiple of 3.
  assert.equal(table.blocks, 1500 + 500);
});
