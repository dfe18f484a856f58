import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Series } from '../../../lab/measure/replay-result.ts';
import { loadSpread } from '../../../lab/report/load-spread.ts';

/** A series of these running requests, a row for each worker, and none waiting. */
function series(...running: number[][]): Series {
  const waiting = running.map((row) => row.map(() => 0));
  return {
    bucketSeconds: 1,
    running,
    waiting,
    mostWaiting: waiting,
    queueMost: [],
    kvUse: waiting,
    tokenHitRate: [],
    arrivals: [],
  };
}

test('an even load has no spread, however it changes over time', () => {
  assert.equal(loadSpread(series([1, 5, 0], [1, 5, 0])), 0);
});

test('all load on one of n workers is a spread of the root of n - 1', () => {
  assert.equal(loadSpread(series([4, 4], [0, 0])), 1);
  assert.equal(loadSpread(series([0], [0], [6], [0], [0])), 2);
});

test('workers that take turns are as uneven as one that has it all', () => {
  assert.equal(loadSpread(series([4, 0], [0, 4])), loadSpread(series([4, 4], [0, 0])));
});

test('waiting requests are load', () => {
  const even = series([1, 1], [3, 3]);
  const waiting = [
    [2, 2],
    [0, 0],
  ];
  assert.equal(loadSpread({ ...even, waiting }), 0);
});

test('no load has no spread', () => {
  assert.equal(loadSpread(series([0, 0], [0, 0])), null);
  assert.equal(loadSpread(series()), null);
});
