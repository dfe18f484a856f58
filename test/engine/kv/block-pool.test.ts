import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_BLOCK } from '../../../engine/kv/block-list.ts';
import { BlockPool } from '../../../engine/kv/block-pool.ts';
import { AssertionFailure } from '../../../shared/assert.ts';

/** A pool whose blocks 0, 1, 2, .. have been cached in this order, oldest first. */
function cachedPool(numBlocks: number): BlockPool {
  const pool = new BlockPool(numBlocks);
  for (let block = 0; block < numBlocks; block++) assert.equal(pool.takeBlank(), block);
  for (let block = 0; block < numBlocks; block++) pool.release(block, true);
  return pool;
}

test('blank + cached + active blocks make up the capacity in every state', () => {
  const pool = new BlockPool(3);
  const counts = () => [pool.blank, pool.cached, pool.active];
  assert.deepEqual(counts(), [3, 0, 0]);
  const first = pool.takeBlank();
  const second = pool.takeBlank();
  assert.deepEqual(counts(), [1, 0, 2]);
  pool.release(first, true);
  assert.deepEqual(counts(), [1, 1, 1]);
  pool.release(second, false);
  assert.deepEqual(counts(), [2, 1, 0]);
  pool.retain(first);
  assert.deepEqual(counts(), [2, 0, 1]);
  pool.checkInvariants();
});

test('each blank block is handed out once, then none is left', () => {
  const pool = new BlockPool(4);
  const taken = new Set([0, 1, 2, 3].map(() => pool.takeBlank()));
  assert.deepEqual(taken, new Set([0, 1, 2, 3]));
  assert.equal(pool.takeBlank(), NO_BLOCK);
  assert.equal(pool.takeOldest(), NO_BLOCK);
  pool.checkInvariants();
});

test('a block that is blank again is used before one that was never used', () => {
  const pool = new BlockPool(1000);
  pool.takeBlank();
  const second = pool.takeBlank();
  pool.release(second, false);
  assert.equal(pool.takeBlank(), second);
  assert.equal(pool.takeBlank(), 2);
});

test('the oldest cached block is the one released first', () => {
  const pool = cachedPool(3);
  assert.deepEqual([pool.takeOldest(), pool.takeOldest(), pool.takeOldest()], [0, 1, 2]);
  assert.equal(pool.takeOldest(), NO_BLOCK);
  pool.checkInvariants();
});

test('the cached blocks can be looked through from the oldest on', () => {
  const pool = cachedPool(3);
  pool.retain(1);
  assert.deepEqual([pool.nextOldest(), pool.nextOldest(0), pool.nextOldest(2)], [0, 2, NO_BLOCK]);
  assert.equal(new BlockPool(2).nextOldest(), NO_BLOCK);
});

test('retaining a cached block takes it out of the order wherever it stands', () => {
  for (const retained of [0, 1, 2]) {
    const pool = cachedPool(3);
    pool.retain(retained);
    pool.checkInvariants();
    const others = [0, 1, 2].filter((block) => block !== retained);
    assert.deepEqual([pool.takeOldest(), pool.takeOldest()], others);
    assert.equal(pool.takeOldest(), NO_BLOCK);
  }
});

test('a block released again counts as the most recently used one', () => {
  const pool = cachedPool(3);
  pool.retain(0);
  pool.release(0, true);
  assert.deepEqual([pool.takeOldest(), pool.takeOldest(), pool.takeOldest()], [1, 2, 0]);
});

test('a block stays active until its last reference is given up', () => {
  const pool = cachedPool(1);
  for (let sequence = 0; sequence < 3; sequence++) pool.retain(0);
  pool.release(0, true);
  pool.release(0, true);
  assert.ok(pool.isActive(0));
  assert.equal(pool.takeOldest(), NO_BLOCK);
  pool.release(0, true);
  assert.ok(!pool.isActive(0));
  assert.equal(pool.cached, 1);
});

test('releasing a block that nobody refers to is a bug', () => {
  const pool = cachedPool(2);
  assert.throws(() => pool.release(0, true), AssertionFailure);
  assert.throws(() => new BlockPool(1).release(0, false), AssertionFailure);
});

test('a pool without blocks cannot be made', () => {
  for (const numBlocks of [0, -1, 1.5, Number.NaN]) {
    assert.throws(() => new BlockPool(numBlocks), AssertionFailure);
  }
});
