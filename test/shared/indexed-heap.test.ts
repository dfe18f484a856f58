import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IndexedHeap } from '../../shared/indexed-heap.ts';

function drain(heap: IndexedHeap): number[] {
  const slots: number[] = [];
  while (heap.size > 0) slots.push(heap.pop());
  return slots;
}

test('an empty heap has no least slot and an infinite least key', () => {
  const heap = new IndexedHeap();
  assert.equal(heap.size, 0);
  assert.equal(heap.peek(), -1);
  assert.equal(heap.pop(), -1);
  assert.equal(heap.peekKey(), Number.POSITIVE_INFINITY);
  assert.ok(!heap.has(0) && !heap.has(1000) && !heap.remove(3));
});

test('slots come out by key, and by order where keys are equal', () => {
  const heap = new IndexedHeap();
  heap.set(0, 5, 2);
  heap.set(1, 3, 9);
  heap.set(2, 5, 1);
  heap.set(3, -1, 4);
  assert.equal(heap.peekKey(), -1);
  assert.deepEqual(drain(heap), [3, 1, 2, 0]);
});

test('a slot that is set again moves to its new place and is in once', () => {
  const heap = new IndexedHeap();
  for (let slot = 0; slot < 10; slot++) heap.set(slot, slot, slot);
  heap.set(9, -1, 9);
  heap.set(0, 100, 0);
  assert.equal(heap.size, 10);
  assert.deepEqual(drain(heap), [9, 1, 2, 3, 4, 5, 6, 7, 8, 0]);
});

test('a slot can be taken out from anywhere', () => {
  for (let removed = 0; removed < 20; removed++) {
    const heap = new IndexedHeap();
    for (let slot = 0; slot < 20; slot++) heap.set(slot, (slot * 7) % 20, slot);
    assert.ok(heap.remove(removed));
    assert.ok(!heap.has(removed) && !heap.remove(removed));
    const expected = Array.from({ length: 20 }, (_, key) => (key * 3) % 20);
    assert.deepEqual(
      drain(heap),
      expected.filter((slot) => slot !== removed),
    );
  }
});

test('slots far beyond the first capacity are taken in, without those between', () => {
  const heap = new IndexedHeap(1);
  heap.set(1000, 2, 0);
  heap.set(3, 1, 0);
  assert.ok(heap.has(1000) && heap.has(3) && !heap.has(999));
  assert.deepEqual(drain(heap), [3, 1000]);
});

test('a cleared heap has forgotten every slot', () => {
  const heap = new IndexedHeap();
  for (let slot = 0; slot < 5; slot++) heap.set(slot, slot, 0);
  heap.clear();
  assert.equal(heap.size, 0);
  assert.ok(!heap.has(2));
  heap.set(2, 7, 0);
  assert.deepEqual([heap.peek(), heap.peekKey(), heap.size], [2, 7, 1]);
});
