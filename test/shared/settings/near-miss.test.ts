import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { didYouMean, editDistance, nearMisses } from '../../../shared/settings/near-miss.ts';
import { fc } from '../../support/property.ts';

describe('edit distance', () => {
  it('counts insertions, deletions, substitutions and swaps', () => {
    const distances: readonly (readonly [string, string, number])[] = [
      ['', 'abc', 3],
      ['port', 'port', 0],
      ['prot', 'port', 1],
      ['prt', 'port', 1],
      ['poort', 'port', 1],
      ['pert', 'port', 1],
      ['kitten', 'sitting', 3],
    ];
    for (const [a, b, expected] of distances) assert.equal(editDistance(a, b), expected);
  });

  it('is symmetric, 0 only for equals, and at most the longer length', () => {
    const short = fc.string({ maxLength: 8 });
    fc.assert(
      fc.property(short, short, (a, b) => {
        const distance = editDistance(a, b);
        assert.equal(distance, editDistance(b, a));
        assert.equal(distance === 0, a === b);
        assert.ok(distance <= Math.max(a.length, b.length));
      }),
      { numRuns: 200 },
    );
  });
});

describe('near misses', () => {
  const names = ['port', 'host', 'kv_cache_block_size', 'kv_cache_num_blocks', 'warning'];

  it('are the nearest name within a quarter of the length', () => {
    assert.deepEqual(nearMisses('prot', names), ['port']);
    assert.deepEqual(nearMisses('kv_cache_blok_sise', names), ['kv_cache_block_size']);
  });

  it('else are names that have all words or begin the same', () => {
    assert.deepEqual(nearMisses('block_size', names), ['kv_cache_block_size']);
    assert.deepEqual(nearMisses('warn', names), ['warning']);
    assert.deepEqual(nearMisses('kv', names), ['kv_cache_block_size', 'kv_cache_num_blocks']);
  });

  it('are none when nothing is near, or too much is', () => {
    assert.deepEqual(nearMisses('quantum', names), []);
    assert.deepEqual(nearMisses('a', ['a_1', 'a_2', 'a_3', 'a_4']), []);
    assert.equal(didYouMean([]), '');
    assert.equal(didYouMean(['a', 'b']), '; did you mean a or b?');
  });
});
