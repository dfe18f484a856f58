import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HASH_WORDS, type HashRoot, hashBlocks, hashRoot } from '../../shared/block-hash.ts';
import { REMOVED_BIT } from '../../shared/protocol.ts';
import { Rng } from '../../shared/rng.ts';

const ROOT = hashRoot(1);

/** The hashes of all full blocks as texts, one per block. */
function chain(tokens: readonly number[], blockSize = 4, root: HashRoot = ROOT): string[] {
  const words = new Uint32Array(Math.floor(tokens.length / blockSize) * HASH_WORDS);
  const blocks = hashBlocks(Uint32Array.from(tokens), tokens.length, blockSize, root, words);
  assert.equal(blocks * HASH_WORDS, words.length);
  return Array.from(
    { length: blocks },
    (_, block) => `${words[block * 2]}:${words[block * 2 + 1]}`,
  );
}

function randomTokens(count: number, seed = 1): number[] {
  const rng = new Rng(seed);
  return Array.from({ length: count }, () => rng.below(200_000));
}

describe('the chain', () => {
  test('two prompts have equal hashes up to the block in which they first differ, and not after', () => {
    const tokens = randomTokens(32);
    for (let at = 0; at < 32; at++) {
      const other = tokens.with(at, tokens[at]! ^ 1);
      const same = chain(other).map((hash, block) => hash === chain(tokens)[block]);
      assert.deepEqual(
        same,
        Array.from({ length: 8 }, (_, block) => block < Math.floor(at / 4)),
      );
    }
  });

  test('a block depends on the order of its tokens and on its place', () => {
    assert.notDeepEqual(chain([1, 2, 3, 4]), chain([1, 2, 4, 3]));
    assert.notDeepEqual(chain([1, 2, 3, 4]), chain([3, 4, 1, 2]));
    const repeated = chain([7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7]);
    assert.equal(new Set(repeated).size, 3);
  });

  test('a longer prompt begins with the hashes of a shorter one', () => {
    const tokens = randomTokens(40);
    assert.deepEqual(chain(tokens.slice(0, 23)), chain(tokens).slice(0, 5));
  });

  test('a partial block at the end has no hash', () => {
    for (const [count, blocks] of [
      [0, 0],
      [3, 0],
      [4, 1],
      [7, 1],
      [8, 2],
    ] as const) {
      assert.equal(chain(randomTokens(count)).length, blocks);
    }
  });

  test('tokens beyond the count and words beyond the blocks are not looked at', () => {
    const out = new Uint32Array(6).fill(9);
    hashBlocks(Uint32Array.from([1, 2, 3, 4, 99, 99, 99, 99]), 7, 4, ROOT, out);
    assert.deepEqual([...out.subarray(2)], [9, 9, 9, 9]);
    assert.deepEqual(chain([1, 2, 3, 4]), [`${out[0]}:${out[1]}`]);
  });

  test('another root shares no block', () => {
    const tokens = randomTokens(400);
    const here = new Set(chain(tokens));
    for (const seed of [0, 2, 0xffffffff]) {
      assert.ok(chain(tokens, 4, hashRoot(seed)).every((hash) => !here.has(hash)));
    }
  });

  test('token ids of 32 bits count in full', () => {
    assert.notDeepEqual(chain([0x80000001, 0, 0, 0]), chain([1, 0, 0, 0]));
    assert.notDeepEqual(chain([0xffffffff, 0, 0, 0]), chain([0x7fffffff, 0, 0, 0]));
  });
});

test('the top bit of hi is free for removals', () => {
  const words = new Uint32Array(2000 * HASH_WORDS);
  hashBlocks(Uint32Array.from(randomTokens(2000)), 2000, 1, ROOT, words);
  for (let at = 1; at < words.length; at += HASH_WORDS) assert.ok(words[at]! < REMOVED_BIT);
});

/**
 * With 63 bits the odds against a collision among a million are 18 million to one. Counting up is
 * the hard case: the inputs differ in few bits.
 */
test('a million blocks of similar tokens have a million hashes', () => {
  const blocks = 1e6;
  const tokens = new Uint32Array(8);
  const out = new Uint32Array(HASH_WORDS);
  const hashes = new Float64Array(blocks);
  let bits = 0;
  for (let block = 0; block < blocks; block++) {
    tokens[0] = block & 1023;
    tokens[7] = block >>> 10;
    hashBlocks(tokens, 8, 8, ROOT, out);
    // 53 of the 63 bits fit a number exactly: a stricter test than all of them.
    hashes[block] = out[0]! + (out[1]! >>> 10) * 2 ** 32;
    bits += out[1]! & 1;
  }
  hashes.sort();
  for (let at = 1; at < blocks; at++) assert.notEqual(hashes[at], hashes[at - 1]);
  assert.ok(Math.abs(bits / blocks - 0.5) < 0.005, 'bits are balanced');
});

test('every bit of a hash changes with one chance in two when one token changes', () => {
  const rng = new Rng(4);
  const flips = new Float64Array(63);
  const rounds = 4000;
  const [before, after] = [new Uint32Array(HASH_WORDS), new Uint32Array(HASH_WORDS)];
  for (let round = 0; round < rounds; round++) {
    const tokens = Uint32Array.from(randomTokens(16, round));
    hashBlocks(tokens, 16, 16, ROOT, before);
    const at = rng.below(16);
    tokens[at] = tokens[at]! ^ (1 << rng.below(17));
    hashBlocks(tokens, 16, 16, ROOT, after);
    for (let bit = 0; bit < 63; bit++) {
      const word = bit >>> 5;
      flips[bit] = flips[bit]! + (((before[word]! ^ after[word]!) >>> (bit & 31)) & 1);
    }
  }
  for (const [bit, count] of flips.entries()) {
    assert.ok(Math.abs(count / rounds - 0.5) < 0.05, `bit ${bit}: ${count / rounds}`);
  }
});
