import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RandomWords, randomId, systemFingerprint } from '../../gateway/random-ids.ts';
import { Rng } from '../../shared/rng.ts';

test('an id is its prefix and 24 characters of digits and letters', () => {
  const rng = new Rng(1);
  for (let draw = 0; draw < 100; draw++) {
    assert.match(randomId('chatcmpl-', rng), /^chatcmpl-[0-9A-Za-z]{24}$/);
  }
});

test('extreme words stay within the alphabet', () => {
  assert.equal(randomId('', { u32: () => 0 }), '0'.repeat(24));
  assert.equal(randomId('', { u32: () => 0xffff_ffff }), 'z'.repeat(24));
});

test('ids follow from their source, differ within it and use the whole alphabet', () => {
  const ids = (seed: number) => {
    const rng = new Rng(seed);
    return Array.from({ length: 1000 }, () => randomId('', rng));
  };
  assert.deepEqual(ids(1), ids(1));
  assert.equal(new Set(ids(1)).size, 1000);
  assert.equal(new Set(ids(1).join('')).size, 62);
});

test('ids of random words differ, within a server and between two', () => {
  const ids = [new RandomWords(), new RandomWords()].flatMap((words) =>
    Array.from({ length: 5000 }, () => randomId('', words)),
  );
  assert.equal(new Set(ids).size, 10_000);
  assert.equal(new Set(ids.join('')).size, 62);
});

test('a fingerprint has ten hex digits and tells settings apart', () => {
  const seen = new Set<string>();
  for (let version = 0; version < 100; version++) {
    const fingerprint = systemFingerprint(`0.1.${version} paced`);
    assert.match(fingerprint, /^fp_[0-9a-f]{10}$/);
    seen.add(fingerprint);
  }
  assert.equal(seen.size, 100);
  assert.equal(systemFingerprint('a'), systemFingerprint('a'));
});
