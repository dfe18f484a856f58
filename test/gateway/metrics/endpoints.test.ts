import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ANSWERING_ENDPOINTS,
  ENDPOINTS,
  endpointOf,
  endpointPath,
  OTHER_ENDPOINT,
} from '../../../gateway/metrics/endpoints.ts';

test('every route template has one endpoint, and the last one is for the rest', () => {
  for (const [index, { path }] of ENDPOINTS.entries()) {
    assert.equal(endpointOf(path), index);
    assert.equal(endpointPath(index), path);
  }
  assert.equal(endpointPath(OTHER_ENDPOINT), 'other');
  assert.equal(endpointPath(ENDPOINTS.length), 'other');
});

test('workers answer chat completions', () => {
  assert.deepEqual(ANSWERING_ENDPOINTS.map(endpointPath), ['/v1/chat/completions']);
});
