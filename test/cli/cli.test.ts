import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { makeFolder, openNewFile, readTextFile, runCli, writeTextFile } from '../../cli/cli.ts';
import type { CommandContext } from '../../cli/commands/command-context.ts';
import { SETTINGS } from '../../shared/settings/settings.ts';
import { settingsSchema } from '../../shared/settings/settings-schema.ts';
import { type CommandRun, runCommand } from '../support/command-run.ts';
import { PROGRAM } from '../support/program.ts';

function run(line: string, overrides: Partial<CommandContext> = {}): Promise<CommandRun> {
  const words = line.split(' ').filter(Boolean);
  return runCommand((context) => runCli(words, context), overrides);
}

async function settingsOf(line: string, overrides: Partial<CommandContext> = {}) {
  const { code, out, error } = await run(`config --json ${line}`, overrides);
  assert.equal(code, 0, error);
  return JSON.parse(out);
}

describe('fakeai', () => {
  it('without a command shows the commands', async () => {
    const { code, out } = await run('');
    assert.equal(code, 0);
    assert.match(out, /serve.*run the server/);
    assert.match(out, /config.*show every setting/);
  });

  it('has --help and --version everywhere', async () => {
    for (const command of ['', 'serve', 'server', 'config']) {
      const help = await run(`${command} --help`);
      assert.equal(help.code, 0);
      assert.match(help.out, /^Usage: fakeai/);
      assert.deepEqual(await run(`${command} --version`), { code: 0, out: '1.2.3\n', error: '' });
    }
  });

  it('refuses an unknown command and names the one that was meant', async () => {
    const { code, error } = await run('sevre');
    assert.equal(code, 2);
    assert.match(error, /unknown command 'sevre'.*Did you mean serve\?/s);
  });

  it('writes colours to a terminal only', async () => {
    for (const line of ['--help', 'serve --help', 'config']) {
      assert.equal((await run(line)).out.includes('\u001b'), false);
      assert.equal((await run(line, { colours: true })).out.includes('\u001b['), true);
    }
  });
});

describe('fakeai serve', () => {
  it('has a flag for every setting, grouped, unless it has no effect', async () => {
    const { out } = await run('serve --help');
    for (const { flag, setting } of SETTINGS) {
      const shown = out.includes(setting.kind === 'boolean' ? `--[no-]${flag.slice(2)}` : flag);
      assert.equal(shown, setting.effect?.kind !== 'never', flag);
    }
    for (const heading of ['Shorthands:', 'KV cache:', 'Rate limits:']) {
      assert.match(out, new RegExp(`^${heading}$`, 'm'));
    }
  });

  it('stops with one message for all problems before anything is started', async () => {
    const { code, out, error } = await run('serve --prot 1 --http2 x', {
      env: { FAKEAI_SEED: '-1' },
    });
    assert.equal(code, 2);
    assert.equal(out, '');
    assert.match(error, /^fakeai: 4 problems in the configuration\n( {2}- .*\n){4}$/);
  });

  it('refuses a flag without its value', async () => {
    const { code, error } = await run('serve --port');
    assert.equal(code, 2);
    assert.match(error, /'--port <number>' argument missing/);
  });
});

describe('fakeai config', () => {
  it('shows every setting with its value and source', async () => {
    const { code, out, error } = await run('config --no-debug', { env: { FAKEAI_PORT: '9' } });
    assert.deepEqual([code, error], [0, '']);
    assert.match(out, /^ {2}FAKEAI_PORT +env +9$/m);
    assert.match(out, /^ {2}FAKEAI_DEBUG +flag +false$/m);
    assert.match(out, /^ {2}FAKEAI_SSL_CERTFILE +default +unset$/m);
    assert.match(
      out,
      /^ {2}FAKEAI_FILE_CLEANUP_ENABLED +default +true {2}\(refused until it works\)$/m,
    );
    assert.match(out, /^ {2}FAKEAI_RELOAD +default +false {2}\(no effect\)$/m);
    for (const { env } of SETTINGS) assert.match(out, new RegExp(`^ {2}${env} `, 'm'));
  });

  it('shows the latency that results from several settings', async () => {
    const { out } = await run('config', {
      env: { FAKEAI_RESPONSE_DELAY: '0.5', FAKEAI_RANDOM_DELAY: 'false' },
    });
    assert.match(out, /500 ms ± 0 % to the first token, then 5 ms ± 0 %/);
  });

  it('describes a configuration file as JSON Schema', async () => {
    const { out } = await run('config --schema');
    assert.deepEqual(JSON.parse(out), JSON.parse(JSON.stringify(settingsSchema())));
  });

  it('never shows a key', async () => {
    const env = { FAKEAI_ADMIN_API_KEYS: 'top-secret' };
    for (const line of ['config', 'config --json']) {
      const { out, error } = await run(line, { env });
      assert.doesNotMatch(out + error, /secret/);
      assert.match(out, /\*{8}/);
    }
  });

  it('takes the flags of serve, later ones last', async () => {
    const line = '--port 1 --port=2 --ttft 7:0 --debug=yes --kv-cache-workers 8 --no-access-log';
    const { settings, effectiveLatency } = await settingsOf(line);
    assert.deepEqual(settings.port, { value: 2, source: 'flag' });
    assert.deepEqual(settings.debug, { value: true, source: 'flag' });
    assert.deepEqual(settings.kvCacheNumWorkers, { value: 8, source: 'flag' });
    assert.deepEqual(settings.accessLog, { value: false, source: 'flag' });
    assert.deepEqual([effectiveLatency.ttftMs, effectiveLatency.ttftVariancePercent], [7, 0]);
  });

  it('refuses what does not work yet, as serve does, with exit code 2', async () => {
    for (const command of ['config', 'config --json', 'serve', 'parity']) {
      const { code, out, error } = await run(`${command} --no-file-cleanup-enabled`);
      assert.deepEqual([code, out], [2, '']);
      assert.match(error, /^ {2}- --no-file-cleanup-enabled does not work yet, .*: leave it out$/m);
    }
  });

  it('refuses a policy of the user where a command has none', async () => {
    assert.deepEqual(await run('parity --policy-module mine.ts'), {
      code: 2,
      out: '',
      error: 'fakeai: parity has no --policy-module: leave it out\n',
    });
  });

  it('writes warnings beside the settings', async () => {
    const { code, error } = await run('config --workers 4 --loop uvloop');
    assert.equal(code, 0);
    assert.match(error, /^warning: --loop has no effect.*\nwarning: FAKEAI_WORKERS has no effect/);
  });
});

describe('the process', () => {
  it('exits with 2 and one message on standard error when it is misconfigured', () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [...PROGRAM, 'config', '--prot', '1'],
      { env: { PATH: process.env.PATH, FAKEAI_KV_BLOCK_SIZE: '16' }, encoding: 'utf8' },
    );
    assert.deepEqual([status, stdout], [2, '']);
    assert.equal(
      stderr,
      'fakeai: 2 problems in the configuration\n' +
        '  - --prot is not a setting; did you mean --port?\n' +
        '  - FAKEAI_KV_BLOCK_SIZE is not a setting; did you mean FAKEAI_KV_CACHE_BLOCK_SIZE?\n',
    );
  });

  it('reads text files, and tells missing ones from unreadable ones', () => {
    const file = readTextFile('package.json');
    assert.ok(file.kind === 'text' && file.text.includes('"fakeai"'));
    for (const path of ['no-such-file', 'gateway', 'package.json/x', 'x'.repeat(5000)]) {
      assert.deepEqual(readTextFile(path), { kind: 'missing' });
    }
    assert.equal(readTextFile('nul\0byte').kind, 'unreadable');
  });
});

describe('a folder for results', () => {
  it('is made with those that it lies in, is left empty, and may be there', async () => {
    const root = await mkdtemp(join(tmpdir(), 'fakeai-cli-'));
    try {
      const path = join(root, 'a', 'b', 'c');
      await makeFolder(path);
      await makeFolder(path);
      assert.deepEqual(await readdir(path), []);
    } finally {
      await rm(root, { recursive: true });
    }
  });

  it('in a file, or that is one, is refused', async () => {
    const root = await mkdtemp(join(tmpdir(), 'fakeai-cli-'));
    try {
      const file = join(root, 'file');
      await writeFile(file, '');
      for (const path of [file, join(file, 'sub', 'sub')]) {
        await assert.rejects(makeFolder(path), {
          name: 'FileError',
          message: `cannot write to ${path}: part of the path is a file`,
        });
      }
    } finally {
      await rm(root, { recursive: true });
    }
  });

  it('where nothing can be made is refused at once', {
    skip: process.platform !== 'linux' && 'no /proc here',
  }, async () => {
    for (const path of ['/proc/x', '/proc/x/y', '/proc']) {
      await assert.rejects(makeFolder(path), { name: 'FileError', message: /^cannot write to / });
    }
    await assert.rejects(writeTextFile('/proc/x/y', []), { name: 'FileError' });
    await assert.rejects(openNewFile('/proc/x/y'), { name: 'FileError' });
  });
});
