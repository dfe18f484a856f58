import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RandomIds, systemFingerprint } from '../../gateway/random-ids.ts';

test('an id is its prefix and 24 characters of digits and letters', () => {
  const ids = new RandomIds();
  for (let draw = 0; draw < 1000; draw++) {
    assert.match(ids.next('chatcmpl-'), /^chatcmpl-[0-9A-Za-z]{24}$/);
  }
});

test('extreme bytes stay within the alphabet', () => {
  assert.equal(new RandomIds((bytes) => bytes.fill(0)).next(''), '0'.repeat(24));
  assert.equal(new RandomIds((bytes) => bytes.fill(0xff)).next(''), 'z'.repeat(24));
});

test('ids differ, within a server and between two, and use the whole alphabet', () => {
  const ids = [new RandomIds(), new RandomIds()].flatMap((source) =>
    Array.from({ length: 5000 }, () => source.next('')),
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
