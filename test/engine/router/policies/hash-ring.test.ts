import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HashRing } from '../../../../engine/router/policies/hash-ring.ts';
import { mix32 } from '../../../../shared/rng.ts';
import { tally } from '../cluster-view.ts';

const KEYS = 8000;

function owners(ring: HashRing, allowed: Uint8Array): number[] {
  return Array.from({ length: KEYS }, (_, key) => ring.ownerOf(mix32(key), allowed));
}

test('keys spread over the workers about evenly', () => {
  const ring = new HashRing(8);
  const all = new Uint8Array(8).fill(1);
  const counts = tally(8, KEYS, (key) => ring.ownerOf(mix32(key), all));
  for (const count of counts) assert.ok(count > 700 && count < 1300, `${counts}`);
});

test('when a worker drops out its keys move, to many others, and no other key does', () => {
  const ring = new HashRing(8);
  const before = owners(ring, new Uint8Array(8).fill(1));
  const after = owners(ring, Uint8Array.of(1, 1, 1, 0, 1, 1, 1, 1));
  const heirs = new Set<number>();
  for (const [key, owner] of before.entries()) {
    if (owner === 3) heirs.add(after[key]!);
    else assert.equal(after[key], owner);
  }
  assert.equal(heirs.size, 7);
  assert.ok(!heirs.has(3));
});

test('a larger ring takes keys only for its new worker', () => {
  const small = owners(new HashRing(8), new Uint8Array(8).fill(1));
  const large = owners(new HashRing(9), new Uint8Array(9).fill(1));
  for (const [key, owner] of large.entries()) assert.ok(owner === 8 || owner === small[key]);
});

test('the ring closes: the highest key belongs to the first point', () => {
  const ring = new HashRing(256);
  const all = new Uint8Array(256).fill(1);
  assert.equal(ring.ownerOf(0xffffffff, all), ring.ownerOf(0, all));
});
