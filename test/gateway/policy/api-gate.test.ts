import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiKeys } from '../../../gateway/policy/api-keys.ts';
import { KeyAccess, keyGate } from '../../../gateway/policy/key-access.ts';
import { headOf } from '../../support/request-head.ts';
import { settingsOf } from '../../support/server.ts';

test('who shows a key is let in, who shows none or another is told so', () => {
  const access = new KeyAccess(new ApiKeys(['the-first-key', 'the-second-key']));
  assert.equal(access.refusal(headOf({ authorization: 'Bearer the-second-key' })), undefined);
  assert.equal(access.refusal(headOf({}))?.code, 'missing_api_key');
  const refusal = access.refusal(headOf({ 'x-api-key': 'the-third-key' }));
  assert.equal(refusal?.code, 'invalid_api_key');
  assert.deepEqual(refusal.headers, [['www-authenticate', 'Bearer']]);
  assert.ok(!refusal.message.includes('third'), 'the key is not shown');
});

test('there is a gate where the settings ask for keys', async () => {
  const { settings } = await settingsOf('');
  assert.equal(keyGate(settings), undefined);
  const asking = (await settingsOf('--api-key the-first-key --api-key the-second-key')).settings;
  const headers = { authorization: 'the-second-key' };
  assert.equal(keyGate(asking)?.refusal(headOf(headers)), undefined);
});
