import assert from 'node:assert/strict';
import { test } from 'node:test';
import { columnTable } from '../../shared/column-table.ts';
import { f64, i32, initially, u8, u32 } from '../../shared/columns.ts';

const Table = columnTable(
  { seed: u32(), priority: initially(f64(), 7) },
  { stage: u8(), atUs: initially(f64(), -1), emitted: i32() },
);

test('a table has a typed array of the right width for each column', () => {
  const table = new Table(4);
  assert.equal(table.rows, 4);
  assert.deepEqual(
    [table.seed, table.priority, table.stage, table.atUs, table.emitted].map(
      (array) => array.constructor.name,
    ),
    ['Uint32Array', 'Float64Array', 'Uint8Array', 'Float64Array', 'Int32Array'],
  );
});

test('a row that is set has what it was given, and of all else the initial values', () => {
  const table = new Table(2);
  table.stage[1] = 3;
  table.emitted[1] = 5;
  table.set(1, { seed: 0xffffffff, priority: 0.5 });
  assert.deepEqual([table.seed[1], table.priority[1]], [0xffffffff, 0.5]);
  assert.deepEqual([table.stage[1], table.atUs[1], table.emitted[1]], [0, -1, 0]);
  assert.deepEqual([table.seed[0], table.atUs[0]], [0, 0]);
});

test('what grows keeps its rows', () => {
  const table = new Table(1);
  table.set(0, { seed: 9, priority: 1 });
  const { seed } = table;
  table.grow(8);
  assert.equal(table.rows, 8);
  assert.notEqual(table.seed, seed);
  assert.deepEqual([...table.seed], [9, 0, 0, 0, 0, 0, 0, 0]);
  table.set(7, { seed: 4, priority: 2 });
  assert.deepEqual([table.seed[7], table.atUs[7]], [4, -1]);
});
