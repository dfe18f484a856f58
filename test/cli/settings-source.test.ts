import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadSettings } from '../../cli/settings-source.ts';
import type { ReadFile } from '../../shared/settings/parse-value.ts';

type Files = Readonly<Record<string, string>>;

function reader(files: Files): ReadFile {
  return (path) => {
    const text = files[path];
    return text === undefined ? { kind: 'missing' } : { kind: 'text', text };
  };
}

function load(files: Files, configFile?: string, env: Readonly<Record<string, string>> = {}) {
  return loadSettings({ flags: [], unexpected: [], configFile }, env, reader(files));
}

async function portOf(...given: Parameters<typeof load>): Promise<readonly [number, unknown]> {
  const loaded = await load(...given);
  assert.ok(loaded.ok);
  return [loaded.settings.port, loaded.configFile];
}

async function problemsOf(...given: Parameters<typeof load>): Promise<readonly string[]> {
  const loaded = await load(...given);
  assert.ok(!loaded.ok);
  return loaded.problems;
}

describe('the configuration file', () => {
  it('is the one named by the flag, else by the environment, else one of the default names', async () => {
    const files = {
      'flag.yaml': 'port: 1',
      'env.yaml': 'port: 2',
      'fakeai.yaml': 'port: 3',
      'fakeai.yml': 'port: 4',
      'fakeai.json': '{"port": 5}',
    };
    const env = { fakeai_config_file: 'env.yaml' };
    assert.deepEqual(await portOf(files, 'flag.yaml', env), [1, 'flag.yaml']);
    assert.deepEqual(await portOf(files, undefined, env), [2, 'env.yaml']);
    assert.deepEqual(await portOf(files), [3, 'fakeai.yaml']);
    assert.deepEqual(await portOf({ ...files, 'fakeai.yaml': '' }), [8000, 'fakeai.yaml']);
    assert.deepEqual(await portOf({ 'fakeai.yml': 'port: 4' }), [4, 'fakeai.yml']);
    assert.deepEqual(await portOf({ 'fakeai.json': '{"server":{"port":5}}' }), [5, 'fakeai.json']);
    assert.deepEqual(await portOf({}), [8000, undefined]);
  });

  it('must exist when it is named', async () => {
    assert.deepEqual(await problemsOf({}, 'x.yaml'), ['there is no configuration file x.yaml']);
    const env = { FAKEAI_CONFIG_FILE: 'y.json', FAKEAI_PORT: 'x' };
    assert.deepEqual(await problemsOf({ 'fakeai.yaml': '' }, undefined, env), [
      'there is no configuration file y.json',
      'FAKEAI_PORT must be an integer from 0 to 65535, got "x"',
    ]);
  });

  it('must be YAML or JSON without doubled keys', async () => {
    const twice = await problemsOf({ 'fakeai.yaml': 'port: 1\nport: 2\n' });
    assert.match(twice.join(), /^fakeai\.yaml cannot be parsed: .*unique.* at line 2, column 1$/);
    const broken = await problemsOf({ 'fakeai.json': '{"port": }' });
    assert.match(broken.join(), /^fakeai\.json cannot be parsed: /);
  });

  it('must be readable', async () => {
    const locked: ReadFile = () => ({ kind: 'unreadable', reason: 'EACCES' });
    const given = { flags: [], unexpected: ['extra'], configFile: undefined };
    const loaded = await loadSettings(given, {}, locked);
    assert.ok(!loaded.ok);
    assert.deepEqual(loaded.problems, [
      'unexpected argument "extra"',
      'the configuration file fakeai.yaml cannot be read: EACCES',
    ]);
  });

  it('takes typed values, lists, maps and keys of other styles', async () => {
    const text = [
      'kv-cache: { blockSize: 32, enabled: off }',
      'enable_admin: true',
      'admin_api_keys: [first-key, second-key]',
      'error_injection_endpoint_rates: {}',
      'ttft_ms: 1.5',
      'redis_url: null',
    ].join('\n');
    assert.match((await problemsOf({ 'fakeai.yaml': text })).join(), /use rate_limit_redis_url$/);
    const rates = text.replace('{}', '{ /v1/models: 5 }');
    assert.match((await problemsOf({ 'fakeai.yaml': rates })).join(), /endpoint_rates must be/);
    const loaded = await load({ 'fakeai.yaml': text.replace('redis_url', 'rate_limit_redis_url') });
    assert.ok(loaded.ok);
    const { settings } = loaded;
    assert.equal(settings.kvCacheBlockSize, 32);
    assert.equal(settings.kvCacheEnabled, false);
    assert.equal(settings.enableAdmin, 'true');
    assert.deepEqual(settings.adminApiKeys, ['first-key', 'second-key']);
    assert.deepEqual(settings.errorInjectionEndpointRates, {});
    assert.equal(settings.ttftMs, 1.5);
    assert.equal(settings.rateLimitRedisUrl, undefined);
  });
});

describe('keys', () => {
  const files = { 'keys.txt': '# staging\nthe-first-key\n' };
  const env = { FAKEAI_API_KEYS: 'keys.txt', FAKEAI_REQUIRE_API_KEY: 'true' };

  it('are kept as they are, or as their hashes alone where the settings say so', async () => {
    const plain = await load(files, undefined, env);
    assert.ok(plain.ok);
    assert.deepEqual(plain.settings.apiKeys, ['the-first-key']);
    const hashed = await load(files, undefined, { ...env, FAKEAI_HASH_API_KEYS: 'true' });
    assert.ok(hashed.ok);
    assert.match(hashed.settings.apiKeys.join(), /^sha256:[0-9a-f]{64}$/);
    assert.doesNotMatch(JSON.stringify(hashed), /the-first/);
  });
});
