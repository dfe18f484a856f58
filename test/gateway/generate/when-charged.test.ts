import assert from 'node:assert/strict';
import { test } from 'node:test';
import { whenCharged } from '../../../gateway/generate/when-charged.ts';
import type { Charge } from '../../../gateway/http/charge.ts';
import type { Exchange } from '../../../gateway/http/exchange.ts';
import { type ApiError, apiError } from '../../../shared/errors.ts';

/** What becomes of a request of ten tokens whose charge says so. */
async function outcomeOf(says: ReturnType<Charge['takeTokens']>, isOpen = true) {
  const log: unknown[] = [];
  const exchange = { isOpen, sendError: (error: ApiError) => log.push(error.code) };
  const charge = {
    headerLines: '',
    takeTokens: (tokens: number) => {
      log.push(tokens);
      return says;
    },
    settle: (tokens: number) => log.push(`settled ${tokens}`),
    ended: () => {},
  };
  const pending = whenCharged(exchange as unknown as Exchange, charge, 10, () => log.push('start'));
  log.push('returned');
  await pending;
  return log;
}

test('an answer starts once it is charged, and not if there is too little left', async () => {
  const refusal = apiError('request_too_large', { max: 5, requested: 10 });
  assert.deepEqual(await outcomeOf(undefined), [10, 'start', 'returned']);
  assert.deepEqual(await outcomeOf(refusal), [10, 'rate_limit_exceeded', 'returned']);
  assert.deepEqual(await outcomeOf(Promise.resolve(undefined)), [10, 'returned', 'start']);
  assert.deepEqual(await outcomeOf(Promise.resolve(refusal)), [
    10,
    'returned',
    'rate_limit_exceeded',
  ]);
});

test('a client that has left meanwhile is charged nothing', async () => {
  const log = await outcomeOf(Promise.resolve(undefined), false);
  assert.deepEqual(log, [10, 'returned', 'settled 0']);
});
