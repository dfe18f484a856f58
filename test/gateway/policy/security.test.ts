import assert from 'node:assert/strict';
import { test } from 'node:test';
import { securityOf } from '../../../gateway/policy/security.ts';
import { settingsOf } from '../../support/server.ts';

async function onOf(flags: string): Promise<string[]> {
  const security = securityOf((await settingsOf(flags)).settings);
  return Object.entries(security).flatMap(([name, isOn]) => (isOn ? [name] : []));
}

test('each part has a switch, the search for injection validates too, and one turns on all', async () => {
  assert.deepEqual(await onOf(''), []);
  assert.deepEqual(await onOf('--enable-input-validation'), ['validatesInput']);
  assert.deepEqual(await onOf('--enable-injection-detection'), [
    'validatesInput',
    'detectsInjection',
  ]);
  assert.deepEqual(await onOf('--enable-abuse-detection'), ['bansAbuse']);
  assert.deepEqual(await onOf('--hash-api-keys'), ['hashesKeys']);
  const all = ['validatesInput', 'detectsInjection', 'bansAbuse', 'hashesKeys'];
  assert.deepEqual(await onOf('--security --no-enable-abuse-detection'), all);
});
