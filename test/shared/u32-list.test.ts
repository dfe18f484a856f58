import assert from 'node:assert/strict';
import { test } from 'node:test';
import { U32List } from '../../shared/u32-list.ts';

function listOf(...items: number[]): U32List {
  const list = new U32List(0);
  for (const item of items) list.push(item);
  return list;
}

test('items keep their order while a list grows, from any capacity and by any push', () => {
  for (const capacity of [0, 1, 2, 64]) {
    const list = new U32List(capacity);
    const expected: number[] = [];
    for (let n = 0; n < 100; n++) {
      list.push(n);
      list.push2(n + 1, n + 2);
      list.push3(n + 3, n + 4, n + 5);
      expected.push(n, n + 1, n + 2, n + 3, n + 4, n + 5);
    }
    assert.equal(list.length, 600);
    assert.deepEqual([...list.view()], expected);
    assert.equal(list.at(599), 104);
  }
});

test('items are words of 32 bits', () => {
  assert.deepEqual([...listOf(0xffffffff, 0, 0x80000000).view()], [0xffffffff, 0, 0x80000000]);
});

test('a cleared list is empty and is filled again in place', () => {
  const list = listOf(1, 2, 3);
  list.clear();
  assert.equal(list.length, 0);
  assert.deepEqual([...list.view()], []);
  list.push(9);
  assert.deepEqual([...list.view()], [9]);
});

test('append copies all items, whatever happens to their list afterwards', () => {
  const from = listOf(3, 4);
  const list = listOf(1, 2);
  list.append(from);
  from.clear();
  from.push(9);
  list.append(listOf());
  assert.deepEqual([...list.view()], [1, 2, 3, 4]);
});

test('a list can be appended to itself', () => {
  const list = listOf(1, 2);
  list.append(list);
  assert.deepEqual([...list.view()], [1, 2, 1, 2]);
});

test('assign replaces the content by a copy', () => {
  const words = Uint32Array.of(5, 6, 7);
  const list = listOf(1);
  list.assign(words);
  words[0] = 0;
  assert.deepEqual([...list.view()], [5, 6, 7]);
  list.assign(Uint32Array.of(8));
  assert.deepEqual([...list.view()], [8]);
  list.push(9);
  assert.deepEqual([...list.view()], [8, 9]);
});

test('adopt takes over the words themselves, and the list can still grow', () => {
  const words = Uint32Array.of(5, 6);
  const list = new U32List();
  list.adopt(words);
  assert.equal(list.view().buffer, words.buffer);
  list.push(7);
  assert.deepEqual([...list.view()], [5, 6, 7]);
  assert.deepEqual([...words], [5, 6]);
});
