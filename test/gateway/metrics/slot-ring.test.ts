import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SLOTS, SlotRing } from '../../../gateway/metrics/slot-ring.ts';

test('a slot lives for twenty slots from its start', () => {
  const ring = new SlotRing(2000, 0);
  ring.enter(1250);
  const place = ring.current;
  assert.equal(ring.endUs, 1300);
  assert.ok(ring.isLive(place, 1299));
  assert.ok(ring.isLive(place, 3199));
  assert.ok(!ring.isLive(place, 3200));
});

test('slots that follow each other have places of their own', () => {
  const ring = new SlotRing(2000, 0);
  const places = new Set<number>();
  for (let slot = 0; slot < SLOTS; slot++) {
    ring.enter(slot * 100);
    places.add(ring.current);
  }
  assert.equal(places.size, SLOTS);
});
