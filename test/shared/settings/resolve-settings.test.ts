import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SettingValue } from '../../../shared/settings/parse-value.ts';
import {
  maskSecrets,
  resolveSettings,
  type SettingInputs,
  threads,
} from '../../../shared/settings/resolve-settings.ts';
import {
  type NamedSetting,
  SECTIONS,
  SETTINGS,
  type SettingName,
  type Source,
} from '../../../shared/settings/settings.ts';
import { otherValue, wrongValues } from '../../support/setting-values.ts';

type Env = Readonly<Record<string, string>>;

function resolve(inputs: Partial<SettingInputs>) {
  return resolveSettings({ flags: [], env: {}, ...inputs });
}

function settled(inputs: Partial<SettingInputs>) {
  const resolved = resolve(inputs);
  assert.ok(resolved.ok, resolved.ok ? '' : resolved.problems.join('\n'));
  return resolved;
}

function problemsOf(inputs: Partial<SettingInputs>): readonly string[] {
  const resolved = resolve(inputs);
  assert.ok(!resolved.ok, 'the settings must be refused');
  return resolved.problems;
}

/** A value as an environment variable or a flag has it. */
function asText(value: SettingValue): string {
  if (typeof value !== 'object') return String(value);
  return Array.isArray(value) ? value.join(',') : JSON.stringify(value);
}

/** What some settings need beside them. */
const COMPANIONS: Partial<Record<SettingName, Env>> = {
  requireApiKey: { FAKEAI_API_KEYS: 'a-long-key' },
  sslCertfile: { FAKEAI_SSL_KEYFILE: 'key.pem' },
  sslKeyfile: { FAKEAI_SSL_CERTFILE: 'cert.pem' },
};

describe('every setting', () => {
  for (const { id, title, settings } of SECTIONS) {
    it(`of ${title} is read from every source, in every spelling`, () => {
      for (const named of settings) {
        if (named.setting.effect?.kind === 'yet') continue;
        for (const [source, input] of spellings(id, named)) {
          const resolved = settled(input);
          assert.deepEqual(resolved.settings[named.name], otherValue(named.setting), named.env);
          assert.equal(resolved.sources[named.name], source, named.env);
        }
      }
    });

    it(`of ${title} that does not work yet is refused from every source`, () => {
      for (const named of settings) {
        if (named.setting.effect?.kind !== 'yet') continue;
        for (const [, input] of spellings(id, named)) {
          const [problem = '', ...others] = problemsOf(input);
          assert.deepEqual(others, [], named.env);
          assert.match(problem, /^\S.* does not work yet, .*: leave it out$/);
        }
        const asDefault = named.setting.default;
        if (asDefault !== undefined) {
          const { settings } = settled({ env: { [named.env]: asText(asDefault) } });
          assert.deepEqual(settings[named.name], asDefault, `${named.env} as it is`);
        }
      }
    });

    it(`of ${title} refuses wrong values`, () => {
      for (const { name, setting, env } of settings) {
        for (const wrong of wrongValues(setting)) {
          const problems = problemsOf({ env: { ...COMPANIONS[name], [env]: wrong } });
          assert.equal(problems.length, 1, `${env}=${wrong} is one problem`);
          assert.match(problems[0] ?? '', new RegExp(`^${env} (must|entry)`));
        }
      }
    });
  }
});

/** One input for each way in which a setting can be given, with the source it counts as. */
function spellings(
  section: string,
  { name, setting, env, nestedEnv, flag }: NamedSetting,
): readonly (readonly [Source, Partial<SettingInputs>])[] {
  const value = otherValue(setting);
  const text = asText(value);
  const companions = COMPANIONS[name] ?? {};
  const nestedKey = nestedEnv.slice(`FAKEAI_${section}__`.length).toLowerCase();
  const flatKey = env.slice('FAKEAI_'.length).toLowerCase();
  const given =
    setting.kind === 'boolean'
      ? { flag: value === true ? flag : flag.replace('--', '--no-'), value }
      : { flag, value: text };
  return [
    ['env', { env: { ...companions, [env]: text } }],
    ['env', { env: { ...companions, [env.toLowerCase()]: text } }],
    ['env', { env: { ...companions, [nestedEnv]: text } }],
    ['flag', { env: companions, flags: [given] }],
    ['file', file({ [flatKey]: value }, companions)],
    ['file', file({ [name]: value }, companions)],
    ['file', file({ [section.toLowerCase()]: { [nestedKey]: value } }, companions)],
  ];
}

function file(document: object, env: Env): Partial<SettingInputs> {
  return { env, file: { name: 'fakeai.yaml', document } };
}

describe('sources of settings', () => {
  it('rank flags over environment over file over defaults', () => {
    const flags = [{ flag: '--port', value: '1' }];
    const env = { FAKEAI_PORT: '2', FAKEAI_SEED: '2' };
    const document = { port: 3, seed: 3, max_waiting: 3 };
    const { settings, sources } = settled({ flags, ...file(document, env) });
    assert.deepEqual([settings.port, settings.seed, settings.maxWaiting], [1, 2, 3]);
    const { port, seed, maxWaiting, threads } = sources;
    assert.deepEqual([port, seed, maxWaiting, threads], ['flag', 'env', 'file', 'default']);
  });

  it('may spell one setting twice only with equal values', () => {
    const same = { FAKEAI_KV_CACHE_ENABLED: 'no', FAKEAI_KV_CACHE__ENABLED: 'false' };
    assert.equal(settled({ env: same }).settings.kvCacheEnabled, false);
    const other = { FAKEAI_KV_CACHE_ENABLED: 'no', FAKEAI_KV_CACHE__ENABLED: 'yes' };
    assert.match(problemsOf({ env: other })[0] ?? '', /are the same setting, but their values/);
    const document = { port: 1, server: { port: 2 } };
    assert.match(
      problemsOf(file(document, {}))[0] ?? '',
      /fakeai.yaml: port and .*server.port are/,
    );
    const flags = [
      { flag: '--ttft', value: '20:10' },
      { flag: '--ttft-ms', value: '30' },
    ];
    assert.match(problemsOf({ flags })[0] ?? '', /^--ttft and --ttft-ms are the same setting/);
  });

  it('report all problems at once, also of values that another source overrides', () => {
    const problems = problemsOf({
      flags: [{ flag: '--port', value: '80' }],
      env: { FAKEAI_PORT: 'x', FAKEAI_SEED: '-1', FAKEAI_PROT: '1', FAKEAI_SSL_KEYFILE: 'k' },
      file: { name: 'fakeai.yaml', document: { router: { policy: 'best' }, server: 3 } },
    });
    assert.deepEqual(problems, [
      'FAKEAI_PROT is not a setting; did you mean FAKEAI_PORT?',
      'FAKEAI_PORT must be an integer from 0 to 65535, got "x"',
      'FAKEAI_SEED must be an integer from 0 to 9007199254740991, got "-1"',
      'fakeai.yaml: server must hold a mapping of settings',
      'fakeai.yaml: router.policy must be one of smart, round-robin, random, least-loaded, ' +
        'power-of-two, session, cache-aware, prefix-hash, dynamo, llm-d, llm-d-default, ' +
        'llm-d-load, preble, mooncake, got "best"',
      'FAKEAI_SSL_CERTFILE and FAKEAI_SSL_KEYFILE must be set both or not at all',
    ]);
  });
});

describe('settings together', () => {
  it('may not name a policy and a file of one, wherever they do', () => {
    const module = { flag: '--policy-module', value: 'mine.ts' };
    const problem = 'both say how a worker is chosen: leave one out';
    assert.deepEqual(problemsOf({ flags: [module], env: { FAKEAI_ROUTER_POLICY: 'smart' } }), [
      `FAKEAI_ROUTER_POLICY and --policy-module ${problem}`,
    ]);
  });

  it('may not ask for keys without having one', () => {
    const problem = 'FAKEAI_REQUIRE_API_KEY is true, but FAKEAI_API_KEYS has no key';
    const env = { FAKEAI_REQUIRE_API_KEY: 'yes' };
    assert.deepEqual(problemsOf({ env }), [problem]);
    const [wrong = '', ...others] = problemsOf({ env: { ...env, FAKEAI_API_KEYS: 'short' } });
    assert.match(wrong, /^FAKEAI_API_KEYS/);
    assert.deepEqual(others, []);
    const { settings } = settled({
      flags: [{ flag: '--api-key', value: ['one-long', 'two-long'] }],
    });
    assert.deepEqual([settings.requireApiKey, settings.apiKeys], [true, ['one-long', 'two-long']]);
  });

  it('are told at once which settings do not work yet, as they spelled them', () => {
    const problems = problemsOf({
      flags: [{ flag: '--no-file-cleanup-enabled', value: false }],
      env: { FAKEAI_STORAGE__IMAGE_RETENTION_HOURS: '2', FAKEAI_FILE_STORAGE_BACKEND: 'memory' },
      file: { name: 'fakeai.yaml', document: { storage: { file_retention_hours: 5 } } },
    });
    assert.deepEqual(problems, [
      '--no-file-cleanup-enabled, fakeai.yaml: storage.file_retention_hours, ' +
        'FAKEAI_STORAGE__IMAGE_RETENTION_HOURS do not work yet, and nobody must count on them: leave them out',
    ]);
  });

  it('may switch off what another one of less rank asks for and does not work yet', () => {
    const flags = [{ flag: '--file-cleanup-enabled', value: true }];
    const { settings } = settled({ flags, env: { FAKEAI_FILE_CLEANUP_ENABLED: 'false' } });
    assert.equal(settings.fileCleanupEnabled, true);
  });
});

describe('resolved settings', () => {
  it('are frozen, with their lists, maps and sources', () => {
    const { settings, sources } = settled({ env: { FAKEAI_CORS_ALLOWED_ORIGINS: 'http://a' } });
    for (const frozen of [settings, sources, ...Object.values(settings)]) {
      assert.ok(Object.isFrozen(frozen));
    }
  });

  it('are shown without their secrets', () => {
    const env = {
      FAKEAI_ADMIN_API_KEYS: 'first-secret,second-secret',
      FAKEAI_HOST: 'shown',
    };
    const { settings } = settled({ env });
    const rateLimitRedisUrl = 'redis://:redis-secret@host';
    const shown = maskSecrets({ ...settings, rateLimitRedisUrl });
    assert.doesNotMatch(JSON.stringify(shown), /secret/);
    assert.equal(shown.host, 'shown');
    assert.deepEqual(shown.adminApiKeys, ['********', '********']);
    assert.equal(shown.rateLimitRedisUrl, '********');
    assert.equal(maskSecrets(settings).rateLimitRedisUrl, undefined);
  });

  it('never appear in a problem when they are secret', () => {
    const env = {
      FAKEAI_API_KEYS: 's3cret',
      FAKEAI_ADMIN_API_KEYS: '/s3cret/key,long-s3cret',
      FAKEAI_RATE_LIMIT_REDIS_URL: 'http://s3cret',
    };
    const problems = problemsOf({ env });
    assert.equal(problems.length, 3);
    assert.doesNotMatch(problems.join(), /s3cret/);
  });

  it('read keys from files, without comments', () => {
    const content = `# staging\n  file-key-1 \n\nsha256:${'a'.repeat(64)}\n`;
    const { settings } = settled({
      env: { FAKEAI_ADMIN_API_KEYS: 'plain-key,keys.txt' },
      readFile: (path) =>
        path === 'keys.txt' ? { kind: 'text', text: content } : { kind: 'missing' },
    });
    assert.deepEqual(settings.adminApiKeys, [
      'plain-key',
      'file-key-1',
      `sha256:${'a'.repeat(64)}`,
    ]);
  });

  it('run workers on min(workers, 32, twice the cores) threads, or on as many as set', () => {
    const count = (env: Env, cores: number) => threads(settled({ env }).settings, cores);
    assert.equal(count({}, 1), 2);
    assert.equal(count({}, 8), 4);
    assert.equal(count({ FAKEAI_KV_CACHE_NUM_WORKERS: '256' }, 2), 4);
    assert.equal(count({ FAKEAI_KV_CACHE_NUM_WORKERS: '256' }, 64), 32);
    assert.equal(count({ FAKEAI_THREADS: '3' }, 64), 3);
    assert.equal(count({ FAKEAI_THREADS: '8' }, 1), 4);
  });
});

/** Names, units and defaults that the guide documents. */
const GUIDE_DEFAULTS: Env = {
  FAKEAI_PORT: '8000',
  FAKEAI_RANDOM_DELAY: 'true',
  FAKEAI_MAX_VARIANCE: '0.3',
  FAKEAI_ENABLE_PROMPT_CACHING: 'true',
  FAKEAI_CACHE_TTL_SECONDS: '600',
  FAKEAI_MIN_TOKENS_FOR_CACHE: '1024',
  FAKEAI_KV_CACHE_ENABLED: 'true',
  FAKEAI_KV_CACHE_BLOCK_SIZE: '16',
  FAKEAI_KV_CACHE_NUM_WORKERS: '4',
  FAKEAI_KV_OVERLAP_WEIGHT: '1',
  FAKEAI_LOAD_BALANCE_WEIGHT: '0.5',
  FAKEAI_STREAM_TIMEOUT_SECONDS: '300',
  FAKEAI_STREAM_TOKEN_TIMEOUT_SECONDS: '30',
  FAKEAI_STREAM_KEEPALIVE_ENABLED: 'true',
  FAKEAI_STREAM_KEEPALIVE_INTERVAL_SECONDS: '15',
  FAKEAI_STRICT_TOKEN_COUNTING: 'false',
  FAKEAI_DEBUG: 'false',
  FAKEAI_REQUIRE_API_KEY: 'false',
  FAKEAI_RATE_LIMIT_ENABLED: 'false',
  FAKEAI_RATE_LIMIT_TIER: 'tier-1',
  FAKEAI_ENABLE_MODERATION: 'false',
  FAKEAI_ENABLE_AUDIO: 'true',
  FAKEAI_ENABLE_CONTEXT_VALIDATION: 'true',
  FAKEAI_BACKLOG: '2048',
  FAKEAI_TIMEOUT_KEEP_ALIVE: '5',
  FAKEAI_EMBEDDING_CACHE_SIZE: '512',
  FAKEAI_TOKEN_CACHE_SIZE: '256',
  FAKEAI_METRICS_WINDOW_SECONDS: '5',
};

describe('the performance guide', () => {
  it('has its defaults kept', () => {
    const { settings } = settled({});
    for (const [env, expected] of Object.entries(GUIDE_DEFAULTS)) {
      const name = SETTINGS.find((each) => each.env === env)?.name;
      assert.ok(name !== undefined, `${env} must exist`);
      assert.equal(String(settings[name]), expected, env);
    }
  });

  it('has its critical settings (3.1) accepted, but for switching audio off', () => {
    const { settings } = settled({
      env: {
        FAKEAI_HOST: '0.0.0.0',
        FAKEAI_PORT: '8000',
        FAKEAI_RESPONSE_DELAY: '0.05',
        FAKEAI_RANDOM_DELAY: 'false',
        FAKEAI_MAX_VARIANCE: '0.0',
        FAKEAI_STREAM_TIMEOUT_SECONDS: '300.0',
        FAKEAI_STREAM_TOKEN_TIMEOUT_SECONDS: '30.0',
        FAKEAI_STREAM_KEEPALIVE_INTERVAL_SECONDS: '15.0',
        FAKEAI_ENABLE_CONTEXT_VALIDATION: 'false',
      },
    });
    assert.equal(settings.host, '0.0.0.0');
    assert.equal(settings.responseDelay, 0.05);
    assert.equal(settings.maxVariance, 0);
  });

  it('has its Uvicorn flags (3.2, appendix C) accepted', () => {
    const given = { workers: '4', loop: 'uvloop', 'log-level': 'warning', backlog: '4096' };
    const { settings, warnings } = settled({
      flags: [
        ...Object.entries(given).map(([name, value]) => ({ flag: `--${name}`, value })),
        { flag: '--no-access-log', value: false },
        { flag: '--limit-concurrency', value: '2000' },
        { flag: '--timeout-keep-alive', value: '5' },
      ],
    });
    assert.equal(settings.limitConcurrency, 2000);
    assert.equal(settings.logLevel, 'warning');
    for (const name of ['WORKERS', 'BACKLOG', 'TIMEOUT_KEEP_ALIVE', '--loop']) {
      assert.ok(
        warnings.some((warning) => warning.includes(name)),
        `${name} must be warned about`,
      );
    }
  });
});

describe('warnings', () => {
  const warningsOf = (env: Env) => settled({ env }).warnings.join('\n');

  it('are silent for defaults, and for switching off what is off', () => {
    assert.equal(warningsOf({}), '');
    assert.equal(warningsOf({ FAKEAI_RELOAD: 'false', FAKEAI_USE_LLM_GENERATION: 'no' }), '');
  });

  it('name what has no effect, one line each', () => {
    const never = SETTINGS.filter(({ setting }) => setting.effect?.kind === 'never');
    for (const { env, setting } of never) {
      const [warning = '', ...others] = settled({
        env: { [env]: asText(otherValue(setting)) },
      }).warnings;
      assert.deepEqual(others, [], env);
      assert.ok(warning.startsWith(`${env} has no effect. `), warning);
    }
    assert.match(warningsOf({ FAKEAI_USE_LLM_GENERATION: 'yes' }), /No model runs here/);
    assert.match(warningsOf({ FAKEAI_WORKERS: '1' }), /FAKEAI_KV_CACHE_NUM_WORKERS/);
  });

  it('name contradictions', () => {
    const both = { FAKEAI_TTFT_MS: '20', FAKEAI_RESPONSE_DELAY: '0.1' };
    assert.match(warningsOf(both), /FAKEAI_TTFT_MS counts/);
    const interval = { FAKEAI_STREAM_KEEPALIVE_INTERVAL_SECONDS: '5' };
    const off = { ...interval, FAKEAI_STREAM_KEEPALIVE_ENABLED: 'no' };
    assert.match(warningsOf(off), /no effect without FAKEAI_STREAM_KEEPALIVE_ENABLED/);
    assert.equal(warningsOf(interval), '');
  });

  it('name keys that nobody is asked for', () => {
    const keys = { FAKEAI_API_KEYS: 'a-long-key' };
    assert.match(warningsOf(keys), /nobody is asked for one/);
    assert.equal(warningsOf({ ...keys, FAKEAI_REQUIRE_API_KEY: 'yes' }), '');
  });

  it('name limits that nobody is held to', () => {
    const limit = { FAKEAI_RATE_LIMIT_RPM: '5' };
    const warning = 'FAKEAI_RATE_LIMIT_RPM has no effect without FAKEAI_RATE_LIMIT_ENABLED.';
    assert.equal(warningsOf(limit), warning);
    assert.equal(warningsOf({ ...limit, FAKEAI_RATE_LIMIT_ENABLED: 'yes' }), '');
  });

  it('name latencies that must exceed their time limits', () => {
    assert.match(warningsOf({ FAKEAI_ITL_MS: '40000' }), /every stream fails/);
    const slow = { FAKEAI_ITL_MS: '4000', FAKEAI_OUTPUT_TOKENS: '100' };
    assert.match(warningsOf(slow), /An answer of 100 tokens takes 396 s/);
    assert.equal(warningsOf({ ...slow, FAKEAI_ENGINE: 'batched' }), '');
  });
});
