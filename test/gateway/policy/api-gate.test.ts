import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Charge } from '../../../gateway/http/charge.ts';
import { ApiGate } from '../../../gateway/policy/api-gate.ts';
import { ApiKeys } from '../../../gateway/policy/api-keys.ts';
import { Credentials } from '../../../gateway/policy/credentials.ts';
import { MemoryBuckets } from '../../../gateway/policy/memory-buckets.ts';
import { RateLimits } from '../../../gateway/policy/rate-limits.ts';
import { ApiError } from '../../../shared/errors.ts';
import { headOf } from '../../support/request-head.ts';

const credentials = new Credentials(true);
const PER_MINUTE = { requests: 1, tokens: 100 };
const newLimits = () =>
  new RateLimits(
    PER_MINUTE,
    new MemoryBuckets({ perMinute: PER_MINUTE, maxKeys: 10, nowUs: () => 0 }),
    true,
  );

function codeOf(gate: ApiGate, headers: Record<string, string>) {
  const exchange: { charge: Charge | undefined } = { charge: undefined };
  const refusal = gate.refusal(headOf(headers), exchange);
  const code = refusal instanceof ApiError ? refusal.code : refusal;
  return [code, exchange.charge !== undefined];
}

test('who shows a key is let in, who shows none or another is told so', () => {
  const keys = new ApiKeys(['the-first-key', 'the-second-key']);
  const gate = new ApiGate({ credentials, keys, limits: undefined, checks: undefined });
  const authorization = 'Bearer the-second-key';
  assert.deepEqual(codeOf(gate, { authorization }), [undefined, false]);
  assert.deepEqual(codeOf(gate, {}), ['missing_api_key', false]);
  assert.deepEqual(codeOf(gate, { 'api-key': 'the-third-key' }), ['invalid_api_key', false]);
  const refusal = gate.refusal(headOf({ 'x-api-key': 'the-third-key' }), { charge: undefined });
  assert.ok(refusal instanceof ApiError);
  assert.deepEqual(refusal.headers, [['www-authenticate', 'Bearer']]);
  assert.ok(!refusal.message.includes('third'), 'the key is not shown');
});

test('a wrong key uses nothing up, each right one what is its own', () => {
  const limits = newLimits();
  const gate = new ApiGate({
    credentials,
    keys: new ApiKeys(['the-first-key', 'the-second-key']),
    limits,
    checks: undefined,
  });
  const shown = (key: string) => codeOf(gate, { authorization: key });
  assert.deepEqual(shown('the-third-key'), ['invalid_api_key', false]);
  assert.deepEqual(shown('the-first-key'), [undefined, true]);
  assert.deepEqual(shown('the-second-key'), [undefined, true]);
  assert.deepEqual(shown('the-first-key'), ['rate_limit_exceeded', true]);
});

test('where no key is asked for, those without one share what there is', () => {
  const gate = new ApiGate({
    credentials,
    keys: undefined,
    limits: newLimits(),
    checks: undefined,
  });
  assert.deepEqual(codeOf(gate, {}), [undefined, true]);
  assert.deepEqual(codeOf(gate, {}), ['rate_limit_exceeded', true]);
  assert.deepEqual(codeOf(gate, { 'x-api-key': 'any' }), [undefined, true]);
});
