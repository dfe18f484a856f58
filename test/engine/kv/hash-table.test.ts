import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_BLOCK } from '../../../engine/kv/block-list.ts';
import { HashTable } from '../../../engine/kv/hash-table.ts';
import { AssertionFailure } from '../../../shared/assert.ts';
import { mix32 } from '../../../shared/rng.ts';

const EXTREME_HASHES = [
  [0, 0],
  [0, 1],
  [1, 0],
  [0xffffffff, 0],
  [0, 0x7fffffff],
  [0xffffffff, 0x7fffffff],
  [0x80000000, 0x40000000],
] as const;

test('every hash of 32 and 31 bits comes back as it was put in', () => {
  const table = new HashTable(EXTREME_HASHES.length);
  for (const [block, [lo, hi]] of EXTREME_HASHES.entries()) assert.ok(table.insert(block, lo, hi));
  for (const [block, [lo, hi]] of EXTREME_HASHES.entries()) {
    assert.equal(table.find(lo, hi), block);
    assert.equal(table.loOf(block), lo);
    assert.equal(table.hiOf(block), hi);
  }
  table.checkInvariants();
});

test('a hash that was never put in is in no block', () => {
  const table = new HashTable(1);
  for (const [lo, hi] of EXTREME_HASHES) assert.equal(table.find(lo, hi), NO_BLOCK);
  table.insert(0, 1000, 2000);
  for (let word = 0; word < 100; word++) {
    assert.equal(table.find(1000, word), NO_BLOCK);
    assert.equal(table.find(word, 2000), NO_BLOCK);
  }
});

test('a hash is in one block at most', () => {
  const table = new HashTable(2);
  assert.ok(table.insert(0, 5, 6));
  assert.ok(!table.insert(1, 5, 6));
  assert.equal(table.find(5, 6), 0);
  assert.ok(!table.holds(1));
  assert.equal(table.size, 1);
});

test('a removed hash is gone, and its block can hold another one', () => {
  const table = new HashTable(1);
  table.insert(0, 5, 6);
  table.remove(0);
  assert.equal(table.find(5, 6), NO_BLOCK);
  assert.ok(!table.holds(0));
  assert.ok(table.insert(0, 7, 8));
  assert.equal(table.find(7, 8), 0);
  table.checkInvariants();
});

test('removing any one hash of a shared chain leaves the others', () => {
  const numBlocks = 64;
  for (let removed = 0; removed < numBlocks; removed++) {
    const table = new HashTable(numBlocks);
    for (let block = 0; block < numBlocks; block++) table.insert(block, mix32(block), block);
    table.remove(removed);
    table.checkInvariants();
    for (let block = 0; block < numBlocks; block++) {
      const expected = block === removed ? NO_BLOCK : block;
      assert.equal(table.find(mix32(block), block), expected);
    }
  }
});

test('removing from a block without a hash, or a second hash for a block, is a bug', () => {
  const table = new HashTable(2);
  assert.throws(() => table.remove(0), AssertionFailure);
  table.insert(0, 1, 1);
  assert.throws(() => table.insert(0, 2, 2), AssertionFailure);
});
