import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BlockList } from '../../../engine/kv/block-list.ts';
import { PrefixCache } from '../../../engine/kv/prefix-cache.ts';
import { U32List } from '../../../shared/u32-list.ts';
import { chunksOf, missing } from '../../lab/traces/real-trace.ts';

/**
 * The LRU capacity curve of the Mooncake conversation trace, a published data set: one cache, one
 * request at a time in file order, every block of a request takes a place (the last, partial one
 * too). The figures were computed from the trace independently of this code.
 *
 * The cache touches a request's blocks by releasing them, from last to first, and that order
 * matters: touched first to last, 5,000 blocks give .1104 instead of .1118, since parents are then
 * evicted before their children, which nobody can reach any more.
 */

const TRACE = 'mooncake_conversation_trace.jsonl';
const BLOCKS_IN_TRACE = 288_500;
const DISTINCT_BLOCKS = 182_790;

function readRequests(): Uint32Array[] {
  const text = [...chunksOf(TRACE)].join('');
  const requests: Uint32Array[] = [];
  for (const match of text.matchAll(/"hash_ids": \[([^\]]*)\]/g)) {
    const ids = (match[1] ?? '').split(',').map(Number);
    requests.push(Uint32Array.from(ids.flatMap((id) => [id, 0])));
  }
  return requests;
}

/** Hit blocks over all requests with a cache of `numBlocks` blocks. */
function replay(requests: readonly Uint32Array[], numBlocks: number): number {
  const events = new U32List();
  const cache = new PrefixCache({ numBlocks, prefixCaching: true }, events);
  const blocks = new BlockList();
  let hits = 0;
  for (const hashes of requests) {
    const length = hashes.length / 2;
    cache.match(hashes, length, blocks);
    const matched = blocks.length;
    hits += matched;
    cache.retain(blocks);
    while (blocks.length < length) assert.ok(cache.allocate(blocks));
    for (let at = matched; at < length; at++) {
      cache.commit(blocks, at, hashes[at * 2] ?? 0, hashes[at * 2 + 1] ?? 0);
    }
    cache.release(blocks);
    events.clear();
  }
  assert.equal(cache.duplicateCommits, 0);
  cache.checkInvariants();
  return hits;
}

describe('LRU capacity curve of the Mooncake conversation trace', {
  skip: missing(TRACE),
}, () => {
  const requests = missing(TRACE) ? [] : readRequests();

  test('an infinite cache misses each distinct block exactly once', () => {
    assert.equal(requests.length, 12_031);
    assert.equal(
      requests.reduce((sum, hashes) => sum + hashes.length / 2, 0),
      BLOCKS_IN_TRACE,
    );
    const hits = replay(requests, DISTINCT_BLOCKS);
    assert.equal(hits, BLOCKS_IN_TRACE - DISTINCT_BLOCKS);
    assert.equal((hits / BLOCKS_IN_TRACE).toFixed(4), '0.3664');
  });

  const curve = [
    [1_000, '0.0445'],
    [5_000, '0.1118'],
    [10_000, '0.2116'],
    [20_000, '0.2878'],
    [30_000, '0.3257'],
    [50_000, '0.3546'],
    [100_000, '0.3637'],
  ] as const;
  for (const [numBlocks, hitRate] of curve) {
    test(`a cache of ${numBlocks} blocks hits ${hitRate} of all blocks`, () => {
      assert.equal((replay(requests, numBlocks) / BLOCKS_IN_TRACE).toFixed(4), hitRate);
    });
  }
});
