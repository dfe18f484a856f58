import assert from 'node:assert/strict';
import { test } from 'node:test';
import { STATUSES } from '../../../gateway/metrics/request-metrics.ts';
import { STATUS_LINES } from '../../../shared/errors.ts';
import { CHAT, emptyMetrics } from './traffic.ts';

test('every status that the server sends is counted apart, and errors are those from 400 on', () => {
  const { requests } = emptyMetrics();
  const statuses = [...Object.keys(STATUS_LINES).map(Number), 431, 499, 505];
  for (const status of statuses) requests.ended(CHAT, status, 10, 1e6);
  for (const status of statuses) {
    const index = CHAT * STATUSES.length + STATUSES.indexOf(status);
    assert.equal(requests.outcomes.of(index), 1, `${status}`);
  }
  assert.equal(requests.errors.of(CHAT), statuses.filter((status) => status >= 400).length);
  assert.equal(requests.serverErrors.sum(), statuses.filter((status) => status >= 500).length);
});

test('a status that the server does not send is counted as other', () => {
  const { requests } = emptyMetrics();
  requests.ended(CHAT, 418, 10, 1e6);
  assert.equal(requests.outcomes.of(CHAT * STATUSES.length), 1);
});
