import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { combineSeeds, hashText, mix32, nextU32, nextUnit, Rng } from '../../shared/rng.ts';

describe('mix32', () => {
  test('gives the values of the finaliser of MurmurHash3', () => {
    assert.equal(mix32(0), 0);
    assert.equal(mix32(1), 0x514e28b7);
    assert.equal(mix32(0xffffffff), 0x81f16f39);
  });

  test('never maps two numbers to one, and flips half of the bits for one bit of input', () => {
    const seen = new Set<number>();
    let flips = 0;
    for (let value = 0; value < 4096; value++) {
      seen.add(mix32(value));
      flips += bitCount(mix32(value) ^ mix32(value ^ 1));
    }
    assert.equal(seen.size, 4096);
    assert.ok(Math.abs(flips / 4096 - 16) < 0.25);
  });
});

test('combined seeds depend on both seeds and on their order', () => {
  const seeds = new Set<number>();
  for (let a = 0; a < 64; a++) for (let b = 0; b < 64; b++) seeds.add(combineSeeds(a, b));
  assert.equal(seeds.size, 64 * 64);
});

test('the hash of a text depends on each of its characters and their order', () => {
  const texts = ['', 'a', 'b', 'ab', 'ba', 'aba', 'a\u0100b', 'a\u0000b'];
  assert.equal(new Set(texts.map(hashText)).size, texts.length);
  assert.equal(hashText('model'), hashText('mod'.concat('el')));
});

describe('streams', () => {
  test('a stream gives the values of mulberry32', () => {
    const states = Uint32Array.of(0, 1);
    assert.deepEqual(
      [nextU32(states, 0), nextU32(states, 0), nextU32(states, 1)],
      [1144304738, 1416247, 2693262067],
    );
  });

  test('streams in one array do not disturb each other', () => {
    const together = Uint32Array.of(7, 8);
    const alone = Uint32Array.of(7);
    for (let draw = 0; draw < 100; draw++) {
      nextU32(together, 1);
      assert.equal(nextU32(together, 0), nextU32(alone, 0));
    }
  });

  test('units are uniform in [0, 1)', () => {
    const states = Uint32Array.of(5);
    const buckets = new Float64Array(10);
    for (let draw = 0; draw < 100_000; draw++) {
      const unit = nextUnit(states, 0);
      assert.ok(unit >= 0 && unit < 1);
      const bucket = Math.floor(unit * 10);
      buckets[bucket] = buckets[bucket]! + 1;
    }
    for (const count of buckets) assert.ok(Math.abs(count - 10_000) < 500, `${buckets}`);
  });
});

describe('Rng', () => {
  test('one seed gives one stream, and seeds beyond 32 bits are told apart', () => {
    assert.deepEqual(draws(new Rng(3)), draws(new Rng(3)));
    assert.notDeepEqual(draws(new Rng(3)), draws(new Rng(4)));
    assert.notDeepEqual(draws(new Rng(3)), draws(new Rng(3 + 2 ** 32)));
  });

  test('a fork depends on its label, not on what was drawn before', () => {
    const rng = new Rng(3);
    const early = draws(rng.fork('router'));
    rng.u32();
    assert.deepEqual(draws(rng.fork('router')), early);
    assert.notDeepEqual(draws(rng.fork('latency')), early);
    assert.notDeepEqual(draws(new Rng(4).fork('router')), early);
  });

  test('below gives every number below its bound, and no other', () => {
    const rng = new Rng(1);
    const seen = new Set(Array.from({ length: 500 }, () => rng.below(7)));
    assert.deepEqual([...seen].sort(), [0, 1, 2, 3, 4, 5, 6]);
    assert.equal(rng.below(1), 0);
    assert.ok(rng.below(2 ** 32) < 2 ** 32);
  });

  test('exponential and normal draws have the mean and deviation asked for', () => {
    const rng = new Rng(2);
    const exponential = moments(() => rng.exponential(5));
    assert.ok(Math.abs(exponential.mean - 5) < 0.1 && Math.abs(exponential.deviation - 5) < 0.1);
    const normal = moments(() => rng.normal(10, 2));
    assert.ok(Math.abs(normal.mean - 10) < 0.05 && Math.abs(normal.deviation - 2) < 0.05);
  });
});

function draws(rng: Rng): number[] {
  return Array.from({ length: 8 }, () => rng.u32());
}

function moments(draw: () => number): { mean: number; deviation: number } {
  const values = Array.from({ length: 40_000 }, draw);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(variance) };
}

function bitCount(word: number): number {
  let count = 0;
  for (let bits = word; bits !== 0; bits &= bits - 1) count++;
  return count;
}
