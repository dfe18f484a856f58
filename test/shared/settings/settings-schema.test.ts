import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { resolveSettings } from '../../../shared/settings/resolve-settings.ts';
import { SECTIONS, SETTINGS } from '../../../shared/settings/settings.ts';
import { settingsSchema } from '../../../shared/settings/settings-schema.ts';
import { otherValue } from '../../support/setting-values.ts';

const schema = settingsSchema();
const isValid = new Ajv2020({ strict: false }).compile(schema);

function problemsOf(document: object): readonly string[] {
  const file = { name: 'fakeai.yaml', document };
  const resolved = resolveSettings({ flags: [], env: {}, file });
  return resolved.ok ? [] : resolved.problems;
}

test('a file of all defaults is valid, flat and nested', () => {
  const flat: Record<string, unknown> = {};
  const nested: Record<string, Record<string, unknown>> = {};
  for (const { id, settings } of SECTIONS) {
    const section: Record<string, unknown> = {};
    for (const { env, nestedEnv, setting } of settings) {
      if (setting.default === undefined) continue;
      flat[env.slice('FAKEAI_'.length).toLowerCase()] = setting.default;
      section[nestedEnv.slice(`FAKEAI_${id}__`.length).toLowerCase()] = setting.default;
    }
    nested[id.toLowerCase()] = section;
  }
  for (const document of [flat, nested]) {
    assert.ok(isValid(document), JSON.stringify(isValid.errors));
    assert.deepEqual(problemsOf(document), []);
  }
});

test('each setting has a valid value that is not its default', () => {
  for (const { env, setting } of SETTINGS) {
    const key = env.slice('FAKEAI_'.length).toLowerCase();
    assert.ok(isValid({ [key]: otherValue(setting) }), `${key}: ${JSON.stringify(isValid.errors)}`);
  }
});

test('what the schema refuses the program refuses too', () => {
  for (const document of [
    { kv_cache_block_size: 129 },
    { kv_cache: { block_size: 0 } },
    { stream_timeout_seconds: 0 },
    { router_policy: 'smrat' },
    { cors_allowed_origins: [] },
    { error_injection_endpoint_rates: { v1: 0.5 } },
    { host: 5 },
    { kv_cash: {} },
    { server: { prot: 1 } },
  ]) {
    assert.ok(!isValid(document), JSON.stringify(document));
    assert.notDeepEqual(problemsOf(document), [], JSON.stringify(document));
  }
});

test('true and false need no quotes where they are names', () => {
  assert.ok(isValid({ security: { enable_admin: true } }));
  assert.deepEqual(problemsOf({ security: { enable_admin: true } }), []);
});
