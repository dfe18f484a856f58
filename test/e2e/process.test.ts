import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CHAT_PATH, chatBody } from '../support/chat-client.ts';
import { eventually } from '../support/eventually.ts';
import { openStream, STUCK } from '../support/open-stream.ts';
import { RawConnection, rawGet, rawPost } from '../support/raw-connection.ts';
import {
  endProcess,
  type ServerProcess,
  spawnCli,
  spawnServer,
  startServer,
} from '../support/server.ts';

/** `fakeai serve` as a process: how it starts, how it stops, and what it exits with. */

async function withProcess(flags: string, use: (server: ServerProcess) => Promise<void>) {
  const server = await spawnServer(flags);
  try {
    await use(server);
  } finally {
    await endProcess(server);
  }
}

/** Sends a signal and waits until the server has taken notice. */
async function signalled(server: ServerProcess, signal: NodeJS.Signals): Promise<void> {
  server.child.kill(signal);
  await eventually('it shuts down', () => server.errorOutput().includes('shutting down'));
}

describe('a server that is told to stop', () => {
  it('finishes its streams, refuses new work and exits with 0', async () => {
    await withProcess('--ttft 0 --itl 10:0 --no-random-delay', async (server) => {
      const keptAlive = await RawConnection.open(server.port);
      keptAlive.send(rawGet('/health'));
      assert.equal((await keptAlive.readAnswer()).status, 200);
      const second = await RawConnection.open(server.port);
      const stream = await openStream(server, { max_tokens: 150 });

      await signalled(server, 'SIGTERM');
      await assert.rejects(fetch(`${server.origin}/health`), 'no new connection');
      keptAlive.send(rawGet('/health'));
      const health = await keptAlive.readAnswer();
      assert.equal(health.status, 503);
      assert.equal(JSON.parse(health.body).status, 'draining');
      second.send(rawPost(CHAT_PATH, JSON.stringify(chatBody('too late'))));
      const refused = await second.readAnswer();
      assert.equal(refused.status, 503);
      assert.equal(refused.headers.get('connection'), 'close');
      assert.equal(JSON.parse(refused.body).error.code, 'service_unavailable');
      await second.closed;

      const rest = await stream.readThrough('data: [DONE]\n\n');
      assert.equal(rest.split('"content":"').length - 1, 149, 'the first token was read before');
      assert.equal(await server.exit, 0);
    });
  });

  it('breaks off what is left at the deadline, with an error, and exits with 0', async () => {
    await withProcess(`${STUCK} --shutdown-timeout-seconds 0.3`, async (server) => {
      const stream = await openStream(server);
      await signalled(server, 'SIGINT');
      const rest = await stream.readThrough('\n\n');
      assert.match(await stream.readThrough('\n\n'), /^.*data: \{"error":\{.*service_unavailable/s);
      assert.ok(!rest.includes('[DONE]') && !stream.unread.includes('[DONE]'));
      assert.equal(await server.exit, 0);
    });
  });

  it('ends at once with the second signal', async () => {
    await withProcess(`${STUCK} --shutdown-timeout-seconds 600`, async (server) => {
      const stream = await openStream(server);
      await signalled(server, 'SIGTERM');
      server.child.kill('SIGTERM');
      assert.equal(await server.exit, 'SIGTERM');
      await stream.closed;
    });
  });
});

describe('a server that cannot start', () => {
  it('because its port is taken says so in one line and exits with 1', async () => {
    const other = await startServer('');
    try {
      const { child, exit, errorOutput } = spawnCli(`serve --port ${other.port}`);
      let output = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
      assert.equal(await exit, 1);
      assert.equal(output, '');
      assert.match(
        errorOutput(),
        new RegExp(`^fakeai: cannot listen on 127\\.0\\.0\\.1:${other.port}: .+\\n$`),
      );
    } finally {
      await other.stop();
    }
  });

  it('because of its settings lists all that is wrong and exits with 2', async () => {
    const { exit, errorOutput } = spawnCli(
      'serve --ttft soon --kv-cache-num-worker 3 --port 70000',
    );
    assert.equal(await exit, 2);
    assert.match(errorOutput(), /3 problems/);
    assert.match(errorOutput(), /--ttft/);
    assert.match(errorOutput(), /--kv-cache-num-workers/);
    assert.match(errorOutput(), /--port.*65535|--port.*65,535/);
  });
});
