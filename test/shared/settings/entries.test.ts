import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type Entries,
  entriesOfEnv,
  entriesOfFile,
  entriesOfFlags,
  REPLACED_NAMES,
} from '../../../shared/settings/entries.ts';
import { SETTINGS } from '../../../shared/settings/settings.ts';

function rawValues({ entries }: Entries): Record<string, unknown> {
  return Object.fromEntries(entries.map(({ setting, raw }) => [setting.name, raw]));
}

describe('entries of the environment', () => {
  it('leave other names, the name of the configuration file and empty values alone', () => {
    const env = { PATH: '/bin', FAKEAI_CONFIG_FILE: 'x.yaml', FAKEAI_PORT: ' ', FAKEAI_SEED: '' };
    assert.deepEqual(entriesOfEnv(env), { entries: [], problems: [], warnings: [] });
  });

  it('leave what Kubernetes makes for a service of this name alone', () => {
    const found = entriesOfEnv({
      FAKEAI_SERVICE_HOST: '10.0.0.1',
      FAKEAI_SERVICE_PORT: '8000',
      FAKEAI_SERVICE_PORT_HTTP: '8000',
      FAKEAI_PORT: 'tcp://10.0.0.1:8000',
      FAKEAI_PORT_8000_TCP: 'tcp://10.0.0.1:8000',
      FAKEAI_PORT_8000_TCP_PROTO: 'tcp',
      FAKEAI_PORT_8000_TCP_PORT: '8000',
      FAKEAI_PORT_8000_TCP_ADDR: '10.0.0.1',
    });
    assert.deepEqual([found.entries, found.problems], [[], []]);
    assert.match(found.warnings.join(), /^FAKEAI_PORT=tcp:.* is ignored/);
  });

  it('name the setting that was meant', () => {
    const meant = {
      FAKEAI_PROT: 'FAKEAI_PORT',
      FAKEAI_KV_CACHE_BLOKC_SIZE: 'FAKEAI_KV_CACHE_BLOCK_SIZE',
      FAKEAI_KV_BLOCK_SIZE: 'FAKEAI_KV_CACHE_BLOCK_SIZE',
      FAKEAI_KV_CACHE__BLOCKSIZE: 'FAKEAI_KV_CACHE__BLOCK_SIZE',
    };
    for (const [wrong, right] of Object.entries(meant)) {
      const problems = entriesOfEnv({ [wrong]: '1' }).problems;
      assert.deepEqual(problems, [`${wrong} is not a setting; did you mean ${right}?`]);
    }
    assert.deepEqual(entriesOfEnv({ FAKEAI_QUANTUM: '1' }).problems, [
      'FAKEAI_QUANTUM is not a setting',
    ]);
  });

  it('name the replacement of every old name, which exists', () => {
    const known = new Set(SETTINGS.map(({ env }) => env));
    for (const [old, replacement] of REPLACED_NAMES) {
      const [problem = ''] = entriesOfEnv({ [`FAKEAI_${old}`]: '1' }).problems;
      if (replacement === undefined) {
        assert.match(problem, /no HTTP\/2/);
        continue;
      }
      assert.ok(known.has(`FAKEAI_${replacement}`));
      assert.equal(problem, `FAKEAI_${old} is not a setting; use FAKEAI_${replacement}`);
    }
  });
});

describe('entries of flags', () => {
  it('take the shorthand for a mean with its variance', () => {
    const flags = [
      { flag: '--ttft', value: '20.5' },
      { flag: '--itl', value: '5:0' },
    ];
    assert.deepEqual(rawValues(entriesOfFlags(flags)), {
      ttftMs: '20.5',
      ttftVariancePercent: '10',
      itlMs: '5',
      itlVariancePercent: '0',
    });
    assert.deepEqual(entriesOfFlags([{ flag: '--ttft', value: '1:2:3' }]).problems, [
      '--ttft must be ms or ms:percent, got "1:2:3"',
    ]);
  });

  it('require keys when a key is given', () => {
    const found = entriesOfFlags([{ flag: '--api-key', value: ['first-key'] }]);
    assert.deepEqual(rawValues(found), { apiKeys: ['first-key'], requireApiKey: true });
  });

  it('take every alias', () => {
    const aliases = {
      '--enable-rate-limiting': 'rateLimitEnabled',
      '--enable-kv-cache': 'kvCacheEnabled',
      '--kv-cache-workers': 'kvCacheNumWorkers',
      '--enable-safety': 'enableSafetyFeatures',
      '--security': 'enableSecurity',
    };
    for (const [flag, name] of Object.entries(aliases)) {
      assert.deepEqual(rawValues(entriesOfFlags([{ flag, value: true }])), { [name]: true });
    }
  });

  it('refuse HTTP/2 with the reason, unknown flags, and values of switches that turn off', () => {
    const flags = [
      { flag: '--http2', value: true },
      { flag: '--log-levle', value: 'info' },
      { flag: '--no-debug', value: 'true' },
    ];
    assert.deepEqual(entriesOfFlags(flags).problems, [
      '--http2 cannot be had: the HTTP library has no HTTP/2, use HTTP/1.1',
      '--log-levle is not a setting; did you mean --log-level?',
      '--no-debug takes no value',
    ]);
  });
});

describe('entries of a file', () => {
  it('take flat and nested keys in any usual spelling', () => {
    const document = {
      port: 1,
      KV_CACHE_BLOCK_SIZE: 2,
      'max-waiting': 3,
      ttftMs: 4,
      engine: { mode: 'batched', maxNumSeqs: 5 },
      'rate-limits': { rpm_override: 6 },
    };
    assert.deepEqual(rawValues(entriesOfFile('f', document)), {
      port: 1,
      kvCacheBlockSize: 2,
      maxWaiting: 3,
      ttftMs: 4,
      engine: 'batched',
      maxNumSeqs: 5,
      rateLimitRpm: 6,
    });
    assert.deepEqual(rawValues(entriesOfFile('f', { engine: 'paced' })), { engine: 'paced' });
  });

  it('take an empty document, an empty section and null as not given', () => {
    for (const document of [null, undefined, {}, { server: null }, { server: { port: null } }]) {
      assert.deepEqual(entriesOfFile('f', document), { entries: [], problems: [], warnings: [] });
    }
  });

  it('refuse what is no mapping, and unknown keys with where they stand', () => {
    assert.deepEqual(entriesOfFile('f', [1]).problems, ['f must hold a mapping of settings']);
    assert.deepEqual(entriesOfFile('f', { server: { prot: 1 }, sede: 2 }).problems, [
      'f: server.prot is not a setting; did you mean server.port?',
      'f: sede is not a setting; did you mean seed?',
    ]);
  });
});
