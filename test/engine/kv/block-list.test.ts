import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BlockList } from '../../../engine/kv/block-list.ts';

test('a list keeps its blocks in order while it grows, from any capacity', () => {
  for (const capacity of [0, 1, 16]) {
    const list = new BlockList(capacity);
    for (let block = 0; block < 1000; block++) list.push(block * 3);
    assert.equal(list.length, 1000);
    for (let index = 0; index < 1000; index++) assert.equal(list.at(index), index * 3);
  }
});

test('a block can be replaced by another one in its place', () => {
  const list = new BlockList();
  for (const block of [4, 5, 6]) list.push(block);
  list.set(1, 9);
  assert.deepEqual([list.at(0), list.at(1), list.at(2), list.length], [4, 9, 6, 3]);
});

test('a cleared list is empty and can be filled again', () => {
  const list = new BlockList(2);
  for (let block = 0; block < 5; block++) list.push(block);
  list.clear();
  assert.equal(list.length, 0);
  list.push(7);
  assert.equal(list.length, 1);
  assert.equal(list.at(0), 7);
});

test('a list that was long gives its room back when it is cleared', () => {
  const list = new BlockList();
  for (let block = 0; block < 1000; block++) list.push(block);
  const ordinary = list.capacity;
  list.clear();
  assert.equal(list.capacity, ordinary, 'the room of an ordinary sequence is kept');
  for (let block = 0; block < 12_500; block++) list.push(block);
  list.clear();
  assert.ok(list.capacity <= 16, `room for ${list.capacity} blocks is kept`);
});
