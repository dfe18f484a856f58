import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Exchange } from '../../../gateway/http/exchange.ts';
import { AbuseGate } from '../../../gateway/policy/abuse-gate.ts';
import { AbuseRecords } from '../../../gateway/policy/abuse-records.ts';
import { ApiError, apiError } from '../../../shared/errors.ts';
import { headOf } from '../../support/request-head.ts';

/** A gate in front of one that refuses nobody, and a request of one address through it. */
function rig() {
  const records = new AbuseRecords(1e6);
  let nowUs = 0;
  const parts = { records, trustsProxy: false, nowUs: () => nowUs };
  const gate = new AbuseGate(parts, { refusal: () => undefined });
  const request = (peerAddress = '10.0.0.1') => {
    const exchange: Pick<Exchange, 'peerAddress' | 'onError'> = { peerAddress, onError: undefined };
    const refusal = gate.refusal(headOf({}), exchange as Exchange);
    return { exchange, refusal };
  };
  const wait = (us: number) => {
    nowUs += us;
  };
  return { records, request, wait };
}

test('what a client is refused for is held against its address, once it is told', () => {
  const { records, request } = rig();
  const harmless = ['missing_api_key', 'internal_error', 'insufficient_quota'] as const;
  for (const code of harmless) request().exchange.onError?.(apiError(code, {}));
  assert.equal(records.size, 0);
  const { exchange, refusal } = request();
  assert.equal(refusal, undefined);
  exchange.onError?.(apiError('unsupported_media_type', { got: 'x' }));
  assert.equal(records.size, 1);
});

test('a banned address is told for how long, and let in again then', () => {
  const { request, wait } = rig();
  for (let at = 0; at < 5; at++)
    request().exchange.onError?.(apiError('invalid_api_key', { key: '' }));
  wait(0.5e6);
  const { exchange, refusal } = request();
  assert.ok(refusal instanceof ApiError);
  assert.deepEqual([refusal.status, refusal.code], [403, 'ip_banned']);
  assert.deepEqual(refusal.headers, [['retry-after', '300']]);
  assert.equal(exchange.onError, undefined, 'what it is told now makes it no worse');
  assert.equal(request('10.0.0.2').refusal, undefined);
  wait(300e6);
  assert.equal(request().refusal, undefined);
});
