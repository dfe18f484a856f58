import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BlockList } from '../../../engine/kv/block-list.ts';
import { PrefixCache } from '../../../engine/kv/prefix-cache.ts';
import { AssertionFailure } from '../../../shared/assert.ts';
import { REMOVED_BIT } from '../../../shared/protocol.ts';
import { U32List } from '../../../shared/u32-list.ts';

/** A cache with a short way to run whole sequences. Block `n` of the tests has the hash (n, 0). */
class Rig {
  readonly events = new U32List();
  readonly cache: PrefixCache;

  constructor(numBlocks: number, prefixCaching = true) {
    this.cache = new PrefixCache({ numBlocks, prefixCaching }, this.events);
  }

  /** Starts a sequence: takes what is cached and computes the rest. */
  start(...blocks: number[]): BlockList {
    const hashes = hashesOf(...blocks);
    const list = new BlockList();
    this.cache.match(hashes, blocks.length, list);
    this.cache.retain(list);
    for (const block of blocks.slice(list.length)) {
      assert.ok(this.cache.allocate(list));
      this.cache.commit(list, list.length - 1, block, 0);
    }
    return list;
  }

  run(...blocks: number[]): void {
    this.cache.release(this.start(...blocks));
  }

  /** How many of these blocks match, in a match of `maxBlocks` at most. */
  matched(blocks: number[], maxBlocks = blocks.length): number {
    const list = new BlockList();
    this.cache.match(hashesOf(...blocks), maxBlocks, list);
    return list.length;
  }

  /** The events since the last call: n for block n stored, -n for removed. */
  drain(): number[] {
    const drained: number[] = [];
    for (let at = 0; at < this.events.length; at += 2) {
      const removed = this.events.at(at + 1) === REMOVED_BIT;
      drained.push(removed ? -this.events.at(at) : this.events.at(at));
    }
    this.events.clear();
    return drained;
  }

  counts(): number[] {
    return [this.cache.blocksFree, this.cache.blocksCached, this.cache.blocksActive];
  }
}

function hashesOf(...blocks: number[]): Uint32Array {
  return Uint32Array.from(blocks.flatMap((block) => [block, 0]));
}

describe('matching', () => {
  test('a block is matchable from its commit on, not from its allocation', () => {
    const rig = new Rig(4);
    const list = new BlockList();
    rig.cache.allocate(list);
    assert.equal(rig.matched([1]), 0);
    rig.cache.commit(list, 0, 1, 0);
    assert.equal(rig.matched([1]), 1);
  });

  test('a block stays matchable when its sequence has ended', () => {
    const rig = new Rig(4);
    rig.run(1, 2);
    assert.equal(rig.matched([1, 2]), 2);
  });

  test('a match ends at the first block that is not cached', () => {
    const rig = new Rig(8);
    rig.run(1, 2, 3);
    assert.equal(rig.matched([1, 2, 9, 3]), 2);
    assert.equal(rig.matched([9, 1, 2]), 0);
    assert.equal(rig.matched([]), 0);
  });

  test('a match is no longer than asked for, nor than the hashes', () => {
    const rig = new Rig(8);
    rig.run(1, 2, 3);
    assert.equal(rig.matched([1, 2, 3], 2), 2);
    assert.equal(rig.matched([1, 2, 3], 0), 0);
    assert.equal(rig.matched([1, 2], 100), 2);
    rig.run(1, 0);
    assert.equal(rig.matched([1], 100), 1);
  });

  test('matching changes nothing, not even what is evicted next', () => {
    const rig = new Rig(2);
    rig.run(1);
    rig.run(2);
    rig.drain();
    assert.equal(rig.matched([1]), 1);
    rig.run(3);
    assert.deepEqual(rig.drain(), [-1, 3]);
  });

  test('a match is appended to what the list holds', () => {
    const rig = new Rig(4);
    rig.run(1, 2);
    const list = new BlockList();
    rig.cache.match(hashesOf(1), 1, list);
    rig.cache.match(hashesOf(1, 2), 2, list);
    assert.equal(list.length, 3);
    assert.equal(list.at(0), list.at(1));
  });

  test('a block that matches is shared, not copied', () => {
    const rig = new Rig(4);
    const first = rig.start(1, 2);
    const second = rig.start(1, 2, 3);
    assert.equal(second.at(0), first.at(0));
    assert.equal(second.at(1), first.at(1));
    assert.deepEqual(rig.counts(), [1, 0, 3]);
  });

  test('retaining a block that holds no hash is a bug', () => {
    const rig = new Rig(1);
    rig.run(1);
    const list = new BlockList();
    rig.cache.match(hashesOf(1), 1, list);
    rig.cache.allocate(new BlockList());
    assert.throws(() => rig.cache.retain(list), AssertionFailure);
  });
});

describe('room', () => {
  test('only the hits that nobody refers to use up room when they are retained', () => {
    const rig = new Rig(8);
    rig.run(1, 2, 3, 4);
    rig.start(1, 2);
    const list = new BlockList();
    const inactive = rig.cache.match(hashesOf(1, 2, 3, 4), 4, list);
    assert.equal(inactive, 2);
    const roomBefore = rig.cache.blocksFree + rig.cache.blocksCached;
    rig.cache.retain(list);
    assert.equal(rig.cache.blocksFree + rig.cache.blocksCached, roomBefore - inactive);
  });

  test('blank blocks are used before anything is evicted', () => {
    const rig = new Rig(4);
    rig.run(1, 2);
    rig.run(3, 4);
    assert.equal(rig.cache.evictions, 0);
    rig.run(5);
    assert.equal(rig.cache.evictions, 1);
  });

  test('a block that a sequence refers to is never evicted', () => {
    const rig = new Rig(2);
    const list = rig.start(1, 2);
    const other = new BlockList();
    assert.ok(!rig.cache.allocate(other));
    assert.equal(other.length, 0);
    rig.cache.release(list);
    assert.ok(rig.cache.allocate(other));
  });

  test('a block that was not committed is blank again when it is released', () => {
    const { cache, events } = new Rig(2);
    const list = new BlockList();
    cache.allocate(list);
    cache.release(list);
    assert.equal(list.length, 0);
    assert.equal(cache.blocksFree, 2);
    assert.equal(events.length, 0);
  });
});

describe('eviction', () => {
  test('the sequence that ended first goes first, its last block before its first', () => {
    const rig = new Rig(4);
    rig.run(1, 2);
    rig.run(3, 4);
    rig.drain();
    rig.run(5, 6, 7, 8);
    assert.deepEqual(rig.drain(), [-2, 5, -1, 6, -4, 7, -3, 8]);
  });

  test('a prefix that is used again outlives what came after it', () => {
    const rig = new Rig(4);
    rig.run(1, 2);
    rig.run(3, 4);
    rig.run(1);
    rig.drain();
    rig.run(5, 6, 7);
    assert.deepEqual(rig.drain(), [-2, 5, -4, 6, -3, 7]);
    assert.equal(rig.matched([1]), 1);
  });

  test('a shared prefix counts as used when the last of its sequences ends', () => {
    const rig = new Rig(3);
    const long = rig.start(1, 2);
    rig.run(1);
    rig.run(3);
    rig.cache.release(long);
    rig.drain();
    rig.run(4, 5);
    assert.deepEqual(rig.drain(), [-3, 4, -2, 5]);
  });

  test('an evicted block is computed anew and is then cached again', () => {
    const rig = new Rig(1);
    rig.run(1);
    rig.run(2);
    assert.equal(rig.matched([1]), 0);
    rig.run(1);
    assert.equal(rig.matched([1]), 1);
    assert.deepEqual(rig.drain(), [1, -1, 2, -2, 1]);
  });
});

describe('events', () => {
  test('each change of what is matchable is one event, in order, and nothing else is', () => {
    const rig = new Rig(3);
    rig.run(1, 2);
    assert.deepEqual(rig.drain(), [1, 2]);
    rig.run(1, 2);
    assert.deepEqual(rig.drain(), []);
    rig.run(1, 3, 4);
    assert.deepEqual(rig.drain(), [3, -2, 4]);
  });

  test('both words of a hash survive the way through an event', () => {
    const { cache, events } = new Rig(1);
    const list = new BlockList();
    for (const [lo, hi] of [
      [0xffffffff, 0x7fffffff],
      [0x80000000, 0],
    ] as const) {
      cache.allocate(list);
      cache.commit(list, 0, lo, hi);
      cache.release(list);
    }
    assert.deepEqual(
      [...events.view()],
      [0xffffffff, 0x7fffffff, 0xffffffff, 0xffffffff, 0x80000000, 0],
    );
  });
});

describe('duplicates', () => {
  /** Two sequences that have both computed block 1; only the first has committed it. */
  function computeTwice(rig: Rig): { first: BlockList; second: BlockList } {
    const [first, second] = [new BlockList(), new BlockList()];
    rig.cache.allocate(first);
    rig.cache.allocate(second);
    rig.cache.commit(first, 0, 1, 0);
    return { first, second };
  }

  test('of two copies one is kept, for both sequences, with one event', () => {
    const rig = new Rig(4);
    const { first, second } = computeTwice(rig);
    assert.deepEqual(rig.counts(), [2, 0, 2]);
    rig.cache.commit(second, 0, 1, 0);
    assert.equal(second.at(0), first.at(0));
    assert.deepEqual(rig.counts(), [3, 0, 1]);
    assert.deepEqual(rig.drain(), [1]);
    assert.equal(rig.cache.duplicateCommits, 1);
    rig.cache.checkInvariants();
  });

  test('the block kept is referred to until both sequences have ended', () => {
    const rig = new Rig(2);
    const { first, second } = computeTwice(rig);
    rig.cache.commit(second, 0, 1, 0);
    rig.cache.release(first);
    assert.deepEqual(rig.counts(), [1, 0, 1]);
    rig.cache.release(second);
    assert.deepEqual(rig.counts(), [1, 1, 0]);
  });

  test('a copy of a block that nobody refers to any more revives that block', () => {
    const rig = new Rig(2);
    const { first, second } = computeTwice(rig);
    rig.cache.release(first);
    assert.deepEqual(rig.counts(), [0, 1, 1]);
    rig.cache.commit(second, 0, 1, 0);
    assert.deepEqual(rig.counts(), [1, 0, 1]);
    rig.cache.checkInvariants();
  });
});

test('without prefix caching nothing matches and every released block is blank', () => {
  const rig = new Rig(3, false);
  rig.run(1, 2);
  const list = rig.start(1, 2);
  assert.equal(rig.matched([1, 2]), 0);
  assert.deepEqual(rig.counts(), [1, 0, 2]);
  rig.cache.release(list);
  assert.deepEqual(rig.counts(), [3, 0, 0]);
  assert.deepEqual(rig.drain(), []);
  assert.equal(rig.cache.duplicateCommits, 0);
});

describe('blocks that are being computed', () => {
  test('can be matched by all, and are told when the first of them is done', () => {
    const rig = new Rig(4);
    const [owner, other] = [new BlockList(), new BlockList()];
    rig.cache.allocate(owner);
    rig.cache.expect(owner, Uint32Array.of(1, 0), 0, 1);
    assert.equal(rig.matched([1]), 1);
    assert.equal(rig.cache.committedBlocks(Uint32Array.of(1, 0), 1), 0);
    rig.cache.match(Uint32Array.of(1, 0), 1, other);
    rig.cache.retain(other);
    assert.deepEqual(rig.drain(), []);
    rig.cache.commit(other, 0, 1, 0);
    rig.cache.commit(owner, 0, 1, 0);
    assert.deepEqual(rig.drain(), [1]);
    assert.equal(rig.cache.committedBlocks(Uint32Array.of(1, 0), 1), 1);
    assert.deepEqual(rig.counts(), [3, 0, 1]);
  });

  test('are gone without a word when the last that waits for them is', () => {
    const rig = new Rig(4);
    const [owner, other] = [new BlockList(), new BlockList()];
    rig.cache.allocate(owner);
    rig.cache.expect(owner, Uint32Array.of(1, 0), 0, 1);
    rig.cache.match(Uint32Array.of(1, 0), 1, other);
    rig.cache.retain(other);
    rig.cache.release(owner);
    assert.equal(rig.matched([1]), 1);
    rig.cache.release(other);
    assert.equal(rig.matched([1]), 0);
    assert.deepEqual(rig.counts(), [4, 0, 0]);
    assert.deepEqual(rig.drain(), []);
    rig.cache.checkInvariants();
  });

  test('are one when two sequences compute them, whoever is done first', () => {
    const rig = new Rig(4);
    const [first, second] = [new BlockList(), new BlockList()];
    rig.cache.allocate(first);
    rig.cache.allocate(second);
    rig.cache.expect(first, Uint32Array.of(1, 0), 0, 1);
    rig.cache.expect(second, Uint32Array.of(1, 0), 0, 1);
    rig.cache.commit(second, 0, 1, 0);
    assert.equal(second.at(0), first.at(0));
    assert.deepEqual(rig.counts(), [3, 0, 1]);
    rig.cache.commit(first, 0, 1, 0);
    assert.deepEqual(rig.drain(), [1]);
    assert.equal(rig.cache.duplicateCommits, 1);
  });
});

test('committing a block that nobody refers to, or committing it twice, is a bug', () => {
  const { cache } = new Rig(2);
  const list = new BlockList();
  list.push(0);
  assert.throws(() => cache.commit(list, 0, 1, 0), AssertionFailure);
  list.clear();
  cache.allocate(list);
  cache.commit(list, 0, 1, 0);
  assert.throws(() => cache.commit(list, 0, 2, 0), AssertionFailure);
});

test('every matchable hash is visited once', () => {
  const rig = new Rig(3);
  rig.run(1, 2);
  rig.start(1, 3, 4);
  const seen: number[] = [];
  rig.cache.forEachHash((lo, hi) => seen.push(lo, hi));
  assert.deepEqual(seen.length, 6);
  assert.deepEqual(new Set(seen), new Set([1, 3, 4, 0]));
});

test('a million blocks can be filled and evicted', () => {
  const numBlocks = 2 ** 20;
  const rig = new Rig(numBlocks);
  const list = new BlockList(numBlocks);
  for (let block = 0; block < numBlocks; block++) {
    rig.cache.allocate(list);
    rig.cache.commit(list, block, block, 0);
  }
  assert.ok(!rig.cache.allocate(list));
  rig.cache.release(list);
  assert.deepEqual(rig.counts(), [0, numBlocks, 0]);
  rig.events.clear();
  rig.run(numBlocks);
  assert.deepEqual(rig.drain(), [1 - numBlocks, numBlocks]);
});
