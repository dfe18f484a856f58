import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Column, textTable } from '../../../lab/experiment/text-table.ts';

type Row = Readonly<Record<string, string>>;

const COLUMNS: readonly Column<Row>[] = [
  { title: 'policy', align: 'left', isKey: true, cell: ({ policy = '' }) => policy },
  ...['a', 'b', 'c'].map((title): Column<Row> => ({ title, cell: (row) => row[title] ?? '' })),
];
const ROWS: readonly Row[] = [
  { policy: 'smart', a: '1', b: '22', c: '3' },
  { policy: 'random', a: '100', b: '2', c: '3' },
];

test('columns are as wide as what is in them', () => {
  assert.equal(
    textTable(COLUMNS, ROWS, false),
    'policy    a   b  c\nsmart     1  22  3\nrandom  100   2  3\n',
  );
});

test('a table that is too wide goes on below, with its keys again', () => {
  assert.equal(
    textTable(COLUMNS, ROWS, false, 15),
    'policy    a   b\nsmart     1  22\nrandom  100   2\n\npolicy  c\nsmart   3\nrandom  3\n',
  );
});

test('a column that is too wide by itself is not left out', () => {
  assert.equal(textTable(COLUMNS, ROWS, false, 1).split('\n\n').length, 3);
});
