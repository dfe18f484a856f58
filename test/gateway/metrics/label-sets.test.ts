import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  fixed,
  type LabelSets,
  labelled,
  product,
  UNLABELLED,
} from '../../../gateway/metrics/label-sets.ts';

function all(sets: LabelSets) {
  return Array.from({ length: sets.count }, (_, index) => sets.at(index));
}

test('a product counts like a table, row by row, and writes labels in order', () => {
  const sets = product(fixed({ a: '1' }), product(labelled('b', ['x', 'y']), fixed({ c: '2' })));
  assert.deepEqual(
    all(sets).map((labels) => JSON.stringify(labels)),
    ['{"a":"1","b":"x","c":"2"}', '{"a":"1","b":"y","c":"2"}'],
  );
  assert.deepEqual(
    all(product(labelled('b', ['x', 'y']), labelled('d', ['3', '4']))).map((labels) =>
      Object.values(labels ?? {}).join(''),
    ),
    ['x3', 'x4', 'y3', 'y4'],
  );
  assert.deepEqual(all(UNLABELLED), [{}]);
});

test('a product grows with its rows, and has no series where one side has none', () => {
  const names = ['m'];
  const models = {
    get count() {
      return names.length;
    },
    at: (index: number) => ({ model: names[index] ?? '' }),
  };
  const holed = { count: 2, at: (index: number) => (index === 1 ? { e: '1' } : undefined) };
  const sets = product(models, holed);
  assert.deepEqual(all(sets), [undefined, { model: 'm', e: '1' }]);
  names.push('n');
  assert.deepEqual(all(sets).at(-1), { model: 'n', e: '1' });
});
