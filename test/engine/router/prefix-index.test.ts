import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PrefixIndex } from '../../../engine/router/prefix-index.ts';
import { hashBlocks, hashRoot } from '../../../shared/block-hash.ts';
import { REMOVED_BIT } from '../../../shared/protocol.ts';

/** Hashes of `blocks` blocks, the same for all seeds up to block `shared`. */
function prompt(blocks: number, seed = 0, shared = 0): Uint32Array {
  const tokens = Uint32Array.from({ length: blocks }, (_, n) => (n < shared ? 7 : 100 + seed));
  const hashes = new Uint32Array(2 * blocks);
  hashBlocks(tokens, blocks, 1, hashRoot(1), hashes);
  return hashes;
}

function overlaps(index: PrefixIndex, workers: number, hashes: Uint32Array): number[] {
  const out = new Int32Array(workers).fill(-1);
  index.overlaps(hashes, hashes.length / 2, out);
  return [...out];
}

function removal(hashes: Uint32Array, block: number): Uint32Array {
  return Uint32Array.of(hashes[2 * block]!, hashes[2 * block + 1]! | REMOVED_BIT);
}

test('each worker has the length of its own cached prefix', () => {
  const index = new PrefixIndex(70, 10_000);
  const hashes = prompt(200);
  const lengths = new Map([
    [0, 200],
    [1, 1],
    [31, 57],
    [32, 57],
    [63, 199],
    [69, 100],
  ]);
  for (const [worker, length] of lengths) index.applyEvents(hashes.subarray(0, 2 * length), worker);
  const expected = Array.from({ length: 70 }, (_, worker) => lengths.get(worker) ?? 0);
  assert.deepEqual(overlaps(index, 70, hashes), expected);
  assert.deepEqual(overlaps(index, 70, prompt(200, 1)), expected.fill(0));
});

test('as many lengths as workers are all found', () => {
  const index = new PrefixIndex(64, 100_000);
  const hashes = prompt(256);
  const lengths = Array.from({ length: 64 }, (_, worker) => (worker * 37) % 257);
  for (const [worker, length] of lengths.entries()) {
    index.applyEvents(hashes.subarray(0, 2 * length), worker);
  }
  assert.deepEqual(overlaps(index, 64, hashes), lengths);
});

test('a prompt without a full block overlaps nowhere', () => {
  const index = new PrefixIndex(2, 100);
  index.applyEvents(prompt(4), 0);
  assert.deepEqual(overlaps(index, 2, new Uint32Array(0)), [0, 0]);
});

test('an evicted leaf shortens the prefix by one', () => {
  const index = new PrefixIndex(2, 100);
  const hashes = prompt(10);
  index.applyEvents(hashes, 0);
  index.applyEvents(removal(hashes, 9), 0);
  assert.deepEqual(overlaps(index, 2, hashes), [9, 0]);
  assert.equal(index.cachedBlocks(0), 9);
});

test('an event that changes nothing is not counted', () => {
  const index = new PrefixIndex(1, 100);
  index.store(1, 1, 0);
  index.store(1, 1, 0);
  index.remove(2, 2, 0);
  assert.equal(index.cachedBlocks(0), 1);
  assert.equal(index.blocks, 1);
});

test('a booking counts like a cached prefix until its blocks are stored', () => {
  const index = new PrefixIndex(2, 1000);
  const hashes = prompt(40);
  index.applyEvents(hashes.subarray(0, 20), 1);
  index.book(hashes, 10, 40, 1);
  assert.deepEqual(overlaps(index, 2, hashes), [0, 40]);
  assert.equal(index.cachedBlocks(1), 10);
  index.applyEvents(hashes.subarray(20, 50), 1);
  assert.deepEqual(overlaps(index, 2, hashes), [0, 40]);
  index.applyEvents(hashes.subarray(50), 1);
  assert.deepEqual(overlaps(index, 2, hashes), [0, 40]);
  assert.equal(index.bookedBits, 0);
});

test('an abandoned booking leaves what was stored of it', () => {
  const index = new PrefixIndex(1, 1000);
  const hashes = prompt(40);
  index.book(hashes, 0, 40, 0);
  index.applyEvents(hashes.subarray(0, 2 * 25), 0);
  index.unbook(hashes, 0, 40, 0);
  assert.equal(index.bookedBits, 0);
  assert.deepEqual(overlaps(index, 1, hashes), [25]);
});

test('workers with caches of different lengths climb their own bookings', () => {
  const index = new PrefixIndex(4, 1000);
  const hashes = prompt(64);
  index.applyEvents(hashes.subarray(0, 2 * 10), 1);
  index.applyEvents(hashes.subarray(0, 2 * 20), 2);
  index.book(hashes, 0, 12, 0);
  index.book(hashes, 10, 64, 1);
  index.book(hashes, 20, 48, 2);
  // Depth 12 of worker 0 and 48 of worker 2 are rungs, so both are found exactly.
  assert.deepEqual(overlaps(index, 4, hashes), [12, 64, 48, 0]);
});

test('a cleared worker is forgotten at once, cache and bookings', () => {
  const index = new PrefixIndex(2, 1000);
  const hashes = prompt(30);
  for (const worker of [0, 1]) {
    index.applyEvents(hashes.subarray(0, 20), worker);
    index.book(hashes, 10, 30, worker);
  }
  const bookedBits = index.bookedBits;
  index.clearWorker(0);
  assert.deepEqual(overlaps(index, 2, hashes), [0, 30]);
  assert.equal(index.cachedBlocks(0), 0);
  assert.equal(index.bookedBits, bookedBits / 2);
  index.visit((_lo, _hi, worker) => assert.equal(worker, 1));
});

test('with a gap the overlap lies between the gap and the last hit', () => {
  for (let gap = 0; gap < 30; gap++) {
    const index = new PrefixIndex(1, 1000);
    const hashes = prompt(40);
    index.applyEvents(hashes.subarray(0, 2 * 30), 0);
    index.applyEvents(removal(hashes, gap), 0);
    const [overlap] = overlaps(index, 1, hashes);
    assert.ok(overlap! >= gap && overlap! <= 30, `${overlap} with a gap at ${gap}`);
  }
});

test('stores and bookings beyond the cap are dropped and counted', () => {
  const index = new PrefixIndex(2, 20);
  index.applyEvents(prompt(30), 0);
  assert.equal(index.blocks, 20);
  assert.equal(index.droppedStores, 10);
  assert.deepEqual(overlaps(index, 2, prompt(30)), [20, 0]);
  index.book(prompt(200, 1), 0, 200, 1);
  assert.equal(index.bookedBits, 20);
  assert.ok(index.droppedBookings > 0);
});

test('a dropped store still settles its booking', () => {
  const index = new PrefixIndex(1, 20);
  index.applyEvents(prompt(20, 1), 0);
  index.book(prompt(10), 0, 10, 0);
  index.applyEvents(prompt(10), 0);
  assert.equal(index.droppedStores, 10);
  assert.equal(index.bookedBits, 0);
});

test('at the cap the first token takes back a booking that no store will settle', () => {
  const index = new PrefixIndex(1, 20);
  const hashes = prompt(30);
  index.applyEvents(hashes, 0);
  index.book(hashes, 20, 30, 0);
  assert.ok(index.bookedBits > 0);
  index.prefilled(hashes, 20, 30, 0);
  assert.equal(index.bookedBits, 0);
});

test('below the cap a booking outlives the first token until its store is heard of', () => {
  const index = new PrefixIndex(1, 40);
  const hashes = prompt(30);
  index.book(hashes, 0, 30, 0);
  index.prefilled(hashes, 0, 30, 0);
  assert.deepEqual(overlaps(index, 1, hashes), [30]);
  index.applyEvents(hashes, 0);
  assert.equal(index.bookedBits, 0);
});
