import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TokenBuffer } from '../../../gateway/text/token-buffer.ts';

test('what was pushed stays in order while the buffer grows', () => {
  const buffer = new TokenBuffer(1);
  for (let id = 0; id < 1000; id++) buffer.push(id * 4_000_000);
  assert.equal(buffer.length, 1000);
  for (let id = 0; id < 1000; id++) assert.equal(buffer.ids[id], id * 4_000_000);
});

test('reserve makes room for direct writes and keeps the content', () => {
  const buffer = new TokenBuffer(2);
  buffer.push(7);
  buffer.reserve(100);
  assert.ok(buffer.ids.length >= 101);
  assert.equal(buffer.ids[0], 7);
  const { ids } = buffer;
  buffer.reserve(100);
  assert.equal(buffer.ids, ids, 'room that is there is not made again');
});

test('a cleared buffer is empty and keeps its room', () => {
  const buffer = new TokenBuffer(4);
  for (let id = 0; id < 100; id++) buffer.push(id);
  const { ids } = buffer;
  buffer.clear();
  assert.equal(buffer.length, 0);
  buffer.push(5);
  assert.equal(buffer.ids, ids);
});

test('a buffer without any room can grow', () => {
  const buffer = new TokenBuffer(0);
  buffer.push(3);
  assert.deepEqual([...buffer.ids.subarray(0, buffer.length)], [3]);
});

test('what is appended follows what is there, a few ids as many', () => {
  for (const count of [0, 1, 32, 33, 500]) {
    const buffer = new TokenBuffer(1);
    buffer.push(9);
    buffer.append(
      Uint32Array.from({ length: count + 1 }, (_, at) => 4_000_000_000 + at),
      count,
    );
    const expected = Array.from({ length: count }, (_, at) => 4_000_000_000 + at);
    assert.deepEqual([...buffer.ids.subarray(0, buffer.length)], [9, ...expected]);
  }
});
