import assert from 'node:assert/strict';
import { test } from 'node:test';
import { progressOf } from '../../../lab/experiment/progress.ts';

test('nothing is said of the time left until something is done', () => {
  for (const elapsedMs of [0, 100]) {
    const { left, rate } = progressOf(0, 1000, elapsedMs);
    assert.deepEqual([left, rate], ['', '0']);
  }
  assert.equal(progressOf(10, 1000, 0).left, '');
});

test('large numbers have separators', () => {
  const { done, all, rate } = progressOf(12_345, 1_000_000, 1000);
  assert.deepEqual([done, all, rate], ['12,345', '1,000,000', '12,345']);
});

test('the time left is that of the rest at the rate so far', () => {
  const left = (done: number, total: number): string => progressOf(done, total, 1000).left;
  assert.equal(left(100, 1000), ' | 9 s left');
  assert.equal(left(100, 12_600), ' | 2 min 5 s left');
  assert.equal(left(1, 7321), ' | 2 h 2 min left');
  assert.equal(left(1000, 1000), ' | 0 s left');
  assert.equal(left(1001, 1000), ' | 0 s left');
});
