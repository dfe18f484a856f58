import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ask, CHAT_PATH, chatBody, stream } from '../support/chat-client.ts';
import { eventually } from '../support/eventually.ts';
import { PROGRAM } from '../support/program.ts';
import { endProcess, INSTANT, spawnServer } from '../support/server.ts';

/** What a server does whose standard error takes nothing, and what it writes there. */

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fakeai-log-'));
});
after(() => rm(folder, { recursive: true }));

type Stdio = 'ignore' | 'pipe' | number;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  server.close();
  await once(server, 'close');
  return address.port;
}

interface Spawned {
  readonly child: ChildProcess;
  readonly origin: string;
}

/** Runs a server that logs every request, with these for its output and its errors. */
async function withServer(
  output: Stdio,
  errors: Stdio,
  use: (server: Spawned) => Promise<void>,
): Promise<void> {
  const port = await freePort();
  const flags = `serve ${INSTANT} --port ${port} --threads 1 --access-log --debug`.split(' ');
  const argv = [...PROGRAM, ...flags];
  const child = spawn(process.execPath, argv, { stdio: ['ignore', output, errors] });
  const exit = once(child, 'exit');
  const origin = `http://127.0.0.1:${port}`;
  try {
    await eventually('it serves', () =>
      fetch(`${origin}/live`).then(
        () => true,
        () => false,
      ),
    );
    await use({ child, origin });
    child.kill('SIGTERM');
    assert.deepEqual(await exit, [0, null], 'it ends as it is told to');
  } finally {
    child.kill('SIGKILL');
  }
}

async function request(server: Spawned, times: number): Promise<void> {
  const headers = { 'x-request-id': 'x'.repeat(128) };
  for (let sent = 0; sent < times; sent += 10) {
    const batch = Array.from({ length: 10 }, () => fetch(`${server.origin}/ping`, { headers }));
    for (const response of await Promise.all(batch)) {
      assert.equal(response.status, 200);
      await response.arrayBuffer();
    }
  }
}

async function dropped(server: Spawned): Promise<number> {
  const health = await (await fetch(`${server.origin}/health/detailed`)).text();
  return JSON.parse(health).log_lines_dropped;
}

describe('a server whose standard error', { skip: process.platform !== 'linux' }, () => {
  it('is full loses its log and counts that, and nothing else', async () => {
    const full = openSync('/dev/full', 'w');
    try {
      await withServer('ignore', full, async (server) => {
        await request(server, 20);
        await eventually('lines were lost', async () => (await dropped(server)) >= 20);
        const page = await (await fetch(`${server.origin}/metrics/prometheus`)).text();
        const lost = /^fakeai_log_lines_dropped_total (\d+)$/m.exec(page)?.[1];
        assert.ok(Number(lost) >= 20, page);
        await ask(server, chatBody('hello', { max_tokens: 3 }));
      });
    } finally {
      closeSync(full);
    }
  });

  it('is a pipe that has been closed goes on as well', async () => {
    await withServer('ignore', 'pipe', async (server) => {
      server.child.stderr?.destroy();
      await request(server, 20);
      await eventually('lines were lost', async () => (await dropped(server)) > 0);
      await ask(server, chatBody('hello', { max_tokens: 3 }));
    });
  });

  it('is a pipe that nobody empties goes on and ends', async () => {
    const path = join(folder, 'stuck');
    spawnSync('mkfifo', [path]);
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const writer = openSync(path, constants.O_WRONLY);
    try {
      // Its lines are more than twice what the pipe holds.
      await withServer('ignore', writer, (server) => request(server, 600));
    } finally {
      closeSync(reader);
      closeSync(writer);
    }
  });

  it('works, but its output is full, says so once and goes on', async () => {
    const full = openSync('/dev/full', 'w');
    try {
      await withServer(full, 'pipe', async (server) => {
        let errors = '';
        server.child.stderr?.on('data', (bytes: Buffer) => {
          errors += bytes.toString();
        });
        await request(server, 10);
        await eventually('it was said', () =>
          errors.includes('fakeai: cannot write to standard output: ENOSPC\n'),
        );
      });
    } finally {
      closeSync(full);
    }
  });
});

describe('a log', () => {
  it('has no text that a client wrote, whatever becomes of its request', async () => {
    const secret = 'xsecretx';
    const server = await spawnServer(`${INSTANT} --debug --access-log`);
    try {
      const url = server.origin + CHAT_PATH;
      const send = (body: string) => fetch(url, { method: 'POST', body }).then((r) => r.text());
      const body = chatBody(secret, {
        model: secret,
        stop: [secret],
        user: secret,
        prompt_cache_key: secret,
        cache_salt: secret,
        metadata: { [secret]: secret },
        tools: [{ type: 'function', function: { name: secret, description: secret } }],
        messages: [
          { role: 'system', name: secret, content: secret },
          { role: 'user', content: [{ type: 'text', text: secret }] },
        ],
        max_tokens: 5,
      });
      await ask(server, body);
      await stream(server, body);
      for (const wrong of [
        { ...body, temperature: secret },
        { ...body, messages: [{ role: secret, content: secret }] },
        { ...body, max_tokens: 1e9, [secret]: secret },
        { model: secret },
      ]) {
        await send(JSON.stringify(wrong));
      }
      await send(`{"messages": "${secret}", }`);
      await send(secret);
      await fetch(`${server.origin}/v1/models/${secret}`);
      await fetch(`${server.origin}/${secret}?${secret}`);
      await fetch(`${server.origin}/admin/workers/worker-0?fault=throw`, { method: 'POST' });
      await eventually('it was logged', () => server.errorOutput().includes('a worker is back'));
      await ask(server, body);
      server.child.kill('SIGTERM');
      assert.equal(await server.exit, 0);
    } finally {
      await endProcess(server);
    }
    assert.match(server.errorOutput(), /"msg":"request"/);
    assert.doesNotMatch(server.errorOutput(), /secret/);
  });
});
