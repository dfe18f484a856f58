import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RequestTable } from '../../../engine/cluster/request-table.ts';
import { NO_REQUEST, requestId } from '../../../shared/ids.ts';

test('a request is found by its id while it is there, however many there are', () => {
  const table = new RequestTable<string>();
  for (let id = 1; id <= 1000; id++) table.add(requestId(id), `of ${id}`);
  assert.equal(table.size, 1000);
  for (let id = 1; id <= 1000; id += 2) table.delete(requestId(id));
  assert.equal(table.size, 500);
  for (let id = 1; id <= 1000; id++) {
    assert.equal(table.get(id), id % 2 === 0 ? `of ${id}` : undefined);
  }
  assert.equal(table.values().length, 500);
});

test('no request and one that is not there are not found, and cannot be deleted', () => {
  const table = new RequestTable<string>();
  table.add(requestId(0xffffffff), 'the last');
  table.delete(NO_REQUEST);
  table.delete(requestId(7));
  assert.equal(table.get(NO_REQUEST), undefined);
  assert.equal(table.has(7), false);
  assert.equal(table.has(0xffffffff), true);
  assert.equal(table.size, 1);
});
