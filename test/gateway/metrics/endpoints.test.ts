import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Endpoints } from '../../../gateway/metrics/endpoints.ts';

const ENDPOINTS = new Endpoints([
  { path: '/a', method: 'GET', generates: false },
  { path: '/b', method: 'POST', generates: true },
]);

test('an endpoint is the index of its path, and the last one stands for the rest', () => {
  assert.deepEqual(
    ['/a', '/b', 'other', '/c'].map((path) => ENDPOINTS.of(path)),
    [0, 1, 2, 2],
  );
  assert.deepEqual(
    [0, 1, 2, 3].map((endpoint) => ENDPOINTS.path(endpoint)),
    ['/a', '/b', 'other', 'other'],
  );
  assert.equal(ENDPOINTS.other, 2);
});

test('those that workers answer are known', () => {
  assert.deepEqual(ENDPOINTS.generating, [1]);
});
