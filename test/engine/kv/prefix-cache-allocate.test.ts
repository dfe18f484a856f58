import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BlockList } from '../../../engine/kv/block-list.ts';
import { PrefixCache } from '../../../engine/kv/prefix-cache.ts';
import { AssertionFailure } from '../../../shared/assert.ts';
import { U32List } from '../../../shared/u32-list.ts';

/** A cache of 300 blocks of which the first 290 were used: hashes (0, 0), (1, 0) and so on. */
function usedCache(): { readonly cache: PrefixCache; readonly events: U32List } {
  const events = new U32List();
  const cache = new PrefixCache({ numBlocks: 300, prefixCaching: true }, events);
  const blocks = new BlockList();
  for (let block = 0; block < 290; block++) {
    assert.ok(cache.allocate(blocks));
    cache.commit(blocks, block, block, 0);
  }
  cache.release(blocks);
  events.clear();
  return { cache, events };
}

test('blocks that are allocated at once evict as they do one by one, over several runs', () => {
  const [atOnce, oneByOne] = [usedCache(), usedCache()];
  const [all, each] = [new BlockList(), new BlockList()];
  atOnce.cache.allocateAll(all, 250);
  for (let count = 0; count < 250; count++) oneByOne.cache.allocate(each);
  atOnce.cache.checkInvariants();
  assert.equal(atOnce.cache.evictions, 240);
  assert.deepEqual(atOnce.events.view(), oneByOne.events.view());
  assert.equal(all.length, 250);
  for (let index = 0; index < 250; index++) assert.equal(all.at(index), each.at(index));
});

test('more blocks than there is room for cannot be allocated at once', () => {
  assert.throws(() => usedCache().cache.allocateAll(new BlockList(), 301), AssertionFailure);
});
