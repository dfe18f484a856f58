import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ask, chatBody, refused, stream } from '../support/chat-client.ts';
import { eventually } from '../support/eventually.ts';
import { openStream, STUCK } from '../support/open-stream.ts';
import { startServer, type TestServer } from '../support/server.ts';

/** What happens at each limit that the server puts on its work. */

async function withServer(flags: string, use: (server: TestServer) => Promise<void>) {
  const server = await startServer(`${STUCK} --kv-cache-num-workers 1 ${flags}`);
  try {
    await use(server);
    await eventually('nothing is left', () => server.gateway.cluster.inFlight === 0);
    assert.equal(server.gateway.router.ledger.activeRequests(0), 0);
  } finally {
    await server.stop();
  }
}

describe('more requests at once than the limit', () => {
  it('get 503 with retry-after, and the next is served when one has ended', async () => {
    await withServer('--limit-concurrency 2', async (server) => {
      const streams = [await openStream(server), await openStream(server)];
      for (const isStream of [false, true]) {
        const { status, headers, error } = await refused(
          server,
          chatBody('x', { stream: isStream }),
        );
        assert.equal(status, 503);
        assert.equal(headers.get('retry-after'), '1');
        assert.equal(error.type, 'server_error');
        assert.equal(error.code, 'service_unavailable');
      }
      assert.equal((await fetch(`${server.origin}/health`)).status, 200, 'it is not ill');
      await streams.pop()?.close();
      await eventually('one has ended', () => server.gateway.answers === 1);
      await ask(server, chatBody('x', { max_tokens: 1 }));
      await streams.pop()?.close();
    });
  });
});

describe('more requests than the queue of a worker holds', () => {
  it('get 429 with retry-after before any byte of a stream', async () => {
    await withServer('--max-num-seqs 1 --max-waiting 1', async (server) => {
      const running = await openStream(server);
      const waiting = stream(server, chatBody('waits', { max_tokens: 1 }));
      await eventually('one waits', () => server.gateway.cluster.inFlight === 2);
      for (const isStream of [false, true]) {
        const { status, headers, error } = await refused(
          server,
          chatBody('x', { stream: isStream }),
        );
        assert.equal(status, 429);
        assert.equal(headers.get('retry-after'), '1');
        assert.equal(error.type, 'server_overloaded');
        assert.equal(error.code, 'queue_full');
      }
      assert.equal(server.gateway.cluster.counts.rejected, 2);
      await running.close();
      assert.ok((await waiting).isDone, 'the one that waited is served');
    });
  });
});

describe('the time limit of an answer', () => {
  it('ends a stream with an error event, and a unary answer with 504', async () => {
    await withServer('--stream-timeout-seconds 0.3', async (server) => {
      const body = chatBody('x', { max_tokens: 50, ignore_eos: true });
      const [streamed, unary] = await Promise.all([stream(server, body), refused(server, body)]);
      assert.equal(streamed.error?.code, 'stream_timeout');
      assert.equal(streamed.isDone, false);
      assert.ok(streamed.chunks.length >= 2, 'the first token was sent');
      assert.equal(unary.status, 504);
      assert.equal(unary.error.code, 'gateway_timeout');
    });
  });

  it('for the gap between tokens counts from the first token on', async () => {
    await withServer('--stream-token-timeout-seconds 0.3 --max-num-seqs 1', async (server) => {
      const body = chatBody('x', { max_tokens: 50, ignore_eos: true });
      // The second waits for the first to end, which takes longer than the limit of a gap.
      const [first, second] = await Promise.all([stream(server, body), stream(server, body)]);
      for (const { error, chunks } of [first, second]) {
        assert.equal(error?.code, 'stream_token_timeout');
        assert.ok(chunks.length >= 2);
      }
    });
  });
});

describe('a silent stream', () => {
  it('gets comment lines only when they were asked for', async () => {
    const interval = '--stream-keepalive-interval-seconds 0.1';
    await withServer(`${interval} --stream-keepalive-comments`, async (server) => {
      const open = await openStream(server);
      await open.readThrough(': keep-alive\n\n');
      await open.readThrough(': keep-alive\n\n');
      await open.close();
    });
    await withServer(`${interval} --stream-timeout-seconds 0.6`, async (server) => {
      const open = await openStream(server);
      const rest = await open.readThrough('stream_timeout');
      assert.doesNotMatch(rest, /keep-alive/);
      await open.close();
    });
  });
});
