import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Bookings } from '../../../engine/router/bookings.ts';
import { hashBlocks, hashRoot } from '../../../shared/block-hash.ts';

const WORKERS = 3;

/** Hashes of `blocks` blocks that differ from those of other tails after `shared` blocks. */
function prompt(blocks: number, shared = blocks, tail = 0): Uint32Array {
  const tokens = Uint32Array.from({ length: blocks }, (_, n) => (n < shared ? 1 : 2 + tail));
  const hashes = new Uint32Array(2 * blocks);
  hashBlocks(tokens, blocks, 1, hashRoot(0), hashes);
  return hashes;
}

/** The depth for which worker 1 is booked in `hashes`, from the end of its cache at `cached`. */
function depthFrom(bookings: Bookings, hashes: Uint32Array, cached: number): number {
  const blocks = hashes.length / 2;
  const depths = new Int32Array(WORKERS);
  depths[1] = cached;
  bookings.climb(Int32Array.of(0b010), cached, hashes, blocks, depths);
  return depths[1]!;
}

test('an equal prompt is found in full, whatever its length', () => {
  for (let blocks = 1; blocks < 300; blocks++) {
    const bookings = new Bookings(WORKERS, 1000);
    bookings.book(prompt(blocks), 0, blocks, 1);
    assert.equal(depthFrom(bookings, prompt(blocks), 0), blocks);
    bookings.unbook(prompt(blocks), 0, blocks, 1);
    assert.equal(bookings.bits, 0);
  }
});

test('of a shared prefix more than 7/8 is found, all of it up to 16, and no more', () => {
  for (let shared = 0; shared < 300; shared++) {
    const bookings = new Bookings(WORKERS, 1000);
    bookings.book(prompt(301, shared, 0), 0, 301, 1);
    const depth = depthFrom(bookings, prompt(302, shared, 1), 0);
    assert.ok(depth <= shared);
    assert.ok(shared <= 16 ? depth === shared : depth > (7 / 8) * shared, `${depth} of ${shared}`);
  }
});

test('a climb starts where the cache ends, at any depth, and does not jump a gap', () => {
  const hashes = prompt(200);
  for (let cached = 0; cached < 200; cached++) {
    const bookings = new Bookings(WORKERS, 1000);
    bookings.book(hashes, cached, 200, 1);
    assert.equal(depthFrom(bookings, hashes, cached), 200);
    const gap = cached > 0 && cached <= 16;
    if (gap) assert.equal(depthFrom(bookings, hashes, cached - 1), cached - 1);
  }
});

test('only workers that take part in a climb rise', () => {
  const hashes = prompt(20);
  const bookings = new Bookings(WORKERS, 1000);
  for (const worker of [0, 1, 2]) bookings.book(hashes, 0, 20 - worker, worker);
  const depths = new Int32Array(WORKERS);
  bookings.climb(Int32Array.of(0b101), 0, hashes, 20, depths);
  assert.deepEqual([...depths], [20, 0, 18]);
});

test('a prompt of 256 blocks takes 48 entries', () => {
  const bookings = new Bookings(WORKERS, 1000);
  bookings.book(prompt(256), 0, 256, 1);
  assert.equal(bookings.bits, 48);
});

test('settling every block in order leaves nothing', () => {
  const hashes = prompt(100);
  const bookings = new Bookings(WORKERS, 1000);
  bookings.book(hashes, 30, 100, 1);
  for (let block = 0; block < 100; block++) {
    bookings.settle(hashes[2 * block]!, hashes[2 * block + 1]!, 1);
    assert.equal(depthFrom(bookings, hashes, Math.max(block + 1, 30)), 100);
  }
  assert.equal(bookings.bits, 0);
});

test('at the cap entries are dropped and counted', () => {
  const bookings = new Bookings(WORKERS, 10);
  bookings.book(prompt(16), 0, 16, 1);
  assert.equal(bookings.bits, 10);
  assert.equal(bookings.dropped, 6);
});

test('clearing a worker drops its bookings alone', () => {
  const bookings = new Bookings(WORKERS, 1000);
  bookings.book(prompt(10), 0, 10, 1);
  bookings.book(prompt(10), 0, 10, 2);
  bookings.clearWorker(2);
  assert.equal(bookings.bits, 10);
  assert.equal(depthFrom(bookings, prompt(10), 0), 10);
});
