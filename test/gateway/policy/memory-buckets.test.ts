import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MemoryBuckets } from '../../../gateway/policy/memory-buckets.ts';

let nowUs = 0;
const newStore = (maxKeys = 10) =>
  new MemoryBuckets({ perMinute: { requests: 2, tokens: 100 }, maxKeys, nowUs: () => nowUs });

describe('the buckets in memory', () => {
  it('take of both or of none, for each key apart', () => {
    const store = newStore();
    const wanted = { requests: 1, tokens: 60 };
    assert.deepEqual(store.take('a', wanted), { isTaken: true, requests: 1, tokens: 40 });
    assert.deepEqual(store.take('a', wanted), { isTaken: false, requests: 1, tokens: 40 });
    assert.deepEqual(store.take('b', wanted), { isTaken: true, requests: 1, tokens: 40 });
    store.take('b', { requests: 1, tokens: 0 });
    const none = store.take('b', { requests: 1, tokens: 1 });
    assert.deepEqual(none, { isTaken: false, requests: 0, tokens: 40 });
  });

  it('fill up as time goes, and take back what was not used', () => {
    const store = newStore();
    store.take('a', { requests: 2, tokens: 100 });
    nowUs += 30e6;
    store.add('a', { requests: 0, tokens: -70 });
    const looked = store.take('a', { requests: 0, tokens: 0 });
    assert.deepEqual([looked.requests, looked.tokens], [1, -20]);
    store.add('a', { requests: 1, tokens: 20 });
    assert.deepEqual(store.take('a', { requests: 2, tokens: 0 }), {
      isTaken: true,
      requests: 0,
      tokens: 0,
    });
  });

  it('are forgotten, the least recently used first, beyond so many keys', () => {
    const store = newStore(2);
    const one = { requests: 1, tokens: 0 };
    for (const key of ['a', 'b', 'a', 'c']) store.take(key, one);
    assert.equal(store.take('a', one).isTaken, false, 'known, and used up');
    assert.equal(store.take('b', one).requests, 1, 'forgotten, and full again');
  });
});
