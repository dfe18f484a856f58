import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CopyAccounts } from '../../../engine/router/copy-accounts.ts';

test('what requests put aside for a prefix adds up until a copy takes all', () => {
  const copies = new CopyAccounts();
  assert.equal(copies.savedUs(1, 2), 0);
  copies.save(1, 2, 400);
  copies.save(1, 2, 200);
  assert.equal(copies.savedUs(1, 2), 150);
  copies.spend(1, 2);
  assert.equal(copies.savedUs(1, 2), 0);
});

test('prefixes do not share an account, even in one place of the table', () => {
  const copies = new CopyAccounts();
  copies.save(5, 1, 400);
  copies.save(5 + 4096, 1, 200);
  assert.deepEqual([copies.savedUs(5, 1), copies.savedUs(5 + 4096, 1)], [100, 0]);
  copies.spend(5 + 4096, 1);
  assert.equal(copies.savedUs(5, 1), 100);
  copies.save(5 + 4096, 1, 800);
  assert.deepEqual([copies.savedUs(5, 1), copies.savedUs(5 + 4096, 1)], [0, 200]);
});

test('a hash with its top bit set is the same prefix again', () => {
  const copies = new CopyAccounts();
  copies.save(0xfffffff0, 0x80000001, 4);
  assert.equal(copies.savedUs(0xfffffff0, 0x80000001), 1);
});
