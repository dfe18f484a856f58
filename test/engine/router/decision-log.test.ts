import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DecisionLog } from '../../../engine/router/decision-log.ts';
import { requestId } from '../../../shared/ids.ts';
import { timeUs } from '../../../shared/units.ts';
import { clusterView } from './cluster-view.ts';

const view = clusterView({
  workers: 3,
  ineligible: [1],
  overlapBlocks: [4, 5, 6],
  cost: [10.5, 2, 30],
  terms: [1, 2, 3, 4, 0.5, 0, 0, 0, 0, ...Array(9).fill(9), 10, 20, 5, 0, 0, 0, 0, 0, -5],
  activeRequests: [1, 0, 2],
  decodeBlocks: [7, 8, 9],
});

const NONE = {
  ...{ wait: 0, prefill: 0, queue: 0, stall: 0, pace: 0 },
  ...{ size: 0, room: 0, evict: 0, copy: 0 },
};

function record(log: DecisionLog, n: number): void {
  const tag = { requestId: requestId(n), atUs: timeUs(n * 1000) };
  log.record(tag, n % 2 === 0 ? 0 : 2, 16 * n - 1, 10, view);
}

test('a decision tells all about the request and every eligible worker', () => {
  const log = new DecisionLog(10, 3);
  record(log, 7);
  log.noteRouteUs(2.5);
  assert.deepEqual(log.latest(1), [
    {
      requestId: 7,
      atUs: 7000,
      worker: 2,
      promptBlocks: 7,
      overlapBlocks: 6,
      routeUs: 2.5,
      regretUs: 20,
      candidates: [
        {
          worker: 0,
          cost: 10.5,
          terms: { ...NONE, wait: 1, prefill: 2, queue: 3, stall: 4, pace: 0.5 },
          overlapBlocks: 4,
          activeRequests: 1,
          decodeBlocks: 7,
        },
        {
          worker: 2,
          cost: 30,
          terms: { ...NONE, wait: 10, prefill: 20, queue: 5, copy: -5 },
          overlapBlocks: 6,
          activeRequests: 2,
          decodeBlocks: 9,
        },
      ],
    },
  ]);
});

test('the newest come first, as many as asked for and kept', () => {
  const log = new DecisionLog(4, 3);
  const ids = (limit: number) => log.latest(limit).map((decision) => decision.requestId);
  assert.deepEqual(ids(3), []);
  for (let n = 1; n <= 3; n++) record(log, n);
  assert.deepEqual(ids(2), [3, 2]);
  assert.deepEqual(ids(100), [3, 2, 1]);
  for (let n = 4; n <= 10; n++) record(log, n);
  assert.deepEqual(ids(100), [10, 9, 8, 7]);
});

test('a new decision does not inherit the time that an old one took', () => {
  const log = new DecisionLog(1, 3);
  record(log, 1);
  log.noteRouteUs(5);
  record(log, 2);
  assert.equal(log.latest(1)[0]?.routeUs, 0);
});

test('a log without capacity keeps nothing', () => {
  const log = new DecisionLog(0, 3);
  record(log, 1);
  log.noteRouteUs(5);
  assert.deepEqual(log.latest(10), []);
});
