import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'node:test';
import { ask, CHAT_PATH, chatBody } from '../support/chat-client.ts';
import { eventually, LIBRARY_DEADLINE_MS } from '../support/eventually.ts';
import { rawPost } from '../support/raw-connection.ts';
import { INSTANT, startServer, type TestServer } from '../support/server.ts';

/** Clients that do not read what they asked for. */

/** Each stream is ten megabytes or more: more than the system's own buffers take. */
const TOKENS = 50_000;
const EVENT_BYTES_MIN = 200;
const CLIENTS = 10;

let server: TestServer;
before(async () => {
  server = await startServer(`${INSTANT} --default-context-window 1000000`);
});
after(() => server.stop());

/** Asks for a stream and reads nothing of it. */
function askAndStall(): Promise<Socket> {
  const socket = connect(server.port, '127.0.0.1');
  socket.on('error', () => {}).pause();
  const body = chatBody('x', {
    stream: true,
    max_tokens: TOKENS,
    ignore_eos: true,
    stream_options: { include_usage: true },
  });
  return new Promise((resolve) => {
    socket.once('connect', () => {
      socket.write(rawPost(CHAT_PATH, JSON.stringify(body)));
      resolve(socket);
    });
  });
}

/** Waits until the workers are done while the answers still wait for their clients to read. */
async function stalled(answers: number): Promise<void> {
  const { gateway } = server;
  await eventually('the workers are done', () => {
    return gateway.cluster.counts.submitted >= answers && gateway.cluster.inFlight === 0;
  });
  assert.equal(gateway.answers, answers);
}

describe('a client that does not read', () => {
  it('for a while gets every token when it reads again', async () => {
    const socket = await askAndStall();
    await stalled(1);
    let tokens = 0;
    let last = '';
    for await (const line of createInterface({ input: socket })) {
      if (line.includes('"delta":{"content":')) tokens++;
      if (line.startsWith('data: ')) {
        if (line === 'data: [DONE]') break;
        last = line;
      }
    }
    assert.equal(tokens, TOKENS);
    assert.match(last, new RegExp(`"completion_tokens":${TOKENS},`));
    await eventually('the answer has ended', () => server.gateway.answers === 0);
    socket.destroy();
  });

  it('at all costs no memory, holds nobody up, and is dropped and counted', async () => {
    const before = server.gateway.metrics.answers.streams.cancelled;
    const rssBefore = process.memoryUsage.rss();
    const sockets = await Promise.all(Array.from({ length: CLIENTS }, askAndStall));
    await stalled(CLIENTS);
    const grown = process.memoryUsage.rss() - rssBefore;
    assert.ok(grown < (CLIENTS * TOKENS * EVENT_BYTES_MIN) / 2, `${grown} bytes`);
    for (let other = 0; other < 20; other++) await ask(server, chatBody('y', { max_tokens: 5 }));
    assert.equal(server.gateway.answers, CLIENTS, 'they are still there');
    await eventually('all are gone', () => server.gateway.answers === 0, LIBRARY_DEADLINE_MS);
    assert.equal(server.gateway.metrics.answers.streams.cancelled - before, CLIENTS);
    assert.equal(server.gateway.metrics.slowClientsDropped, CLIENTS);
    for (const socket of sockets) socket.destroy();
  });
});
