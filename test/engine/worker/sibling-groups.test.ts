import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SiblingGroups } from '../../../engine/worker/sibling-groups.ts';

test('those that are held are let go at once, with the prefill of the first', () => {
  const siblings = new SiblingGroups();
  siblings.hold(1, 0);
  siblings.hold(2, 0);
  siblings.hold(5, 4);
  assert.equal(siblings.sharesPrefill(1), false);
  assert.deepEqual([...siblings.release(0, true)].sort(), [1, 2]);
  assert.deepEqual(
    [0, 1, 2, 5].map((slot) => siblings.sharesPrefill(slot)),
    [false, true, true, false],
  );
  assert.deepEqual(siblings.release(0, true), []);
});

test('those whose first has ended too early share nothing', () => {
  const siblings = new SiblingGroups();
  siblings.hold(1, 0);
  assert.deepEqual(siblings.release(0, false), [1]);
  assert.equal(siblings.sharesPrefill(1), false);
});

test('one that ends while it is held is not let go later', () => {
  const siblings = new SiblingGroups();
  siblings.hold(1, 0);
  siblings.hold(2, 0);
  siblings.forget(1);
  assert.deepEqual(siblings.release(0, true), [2]);
  siblings.hold(3, 0);
  siblings.forget(3);
  assert.deepEqual(siblings.release(0, true), []);
});

test('a slot that has lost its blocks, or is used again, computes its prompt itself', () => {
  const siblings = new SiblingGroups();
  siblings.hold(1, 0);
  siblings.hold(2, 0);
  siblings.release(0, true);
  siblings.unshare(1);
  siblings.forget(2);
  assert.deepEqual(
    [1, 2].map((slot) => siblings.sharesPrefill(slot)),
    [false, false],
  );
});
