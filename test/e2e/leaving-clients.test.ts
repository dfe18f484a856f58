import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { workerId } from '../../shared/ids.ts';
import { ask, CHAT_PATH, chatBody } from '../support/chat-client.ts';
import { eventually } from '../support/eventually.ts';
import { openStream, STUCK } from '../support/open-stream.ts';
import { RawConnection, rawPost } from '../support/raw-connection.ts';
import { startServer, type TestServer } from '../support/server.ts';

/** Clients that leave before they have their answer: nothing is kept for them. */

let server: TestServer;
before(async () => {
  server = await startServer(`${STUCK} --kv-cache-num-workers 1 --max-num-seqs 4`);
});
after(() => server.stop());

/** Sequences that run and wait on the worker, by its last report. */
function onWorker() {
  const { workers } = server.gateway.metrics;
  return { running: workers.load(0, 'running'), waiting: workers.load(0, 'waiting') };
}

/** Waits until no trace of any request is left: on the worker, in the ledger, in the gateway. */
async function cleared({ gateway } = server): Promise<void> {
  const { cluster, router, metrics } = gateway;
  const { ledger } = router;
  await eventually('everything is free', () => {
    const busy =
      gateway.answers +
      cluster.inFlight +
      ledger.activeRequests(workerId(0)) +
      ledger.decodeBlocks(workerId(0)) +
      ledger.prefillTokensPending(workerId(0)) +
      metrics.workers.load(0, 'running') +
      metrics.workers.load(0, 'waiting') +
      metrics.workers.load(0, 'activeBlocks');
    return busy === 0;
  });
  cluster.checkInvariants();
}

afterEach(() => cleared());

function cancelled(): number {
  return server.gateway.cluster.counts.cancelled;
}

describe('a client that leaves', () => {
  it('in the middle of its stream frees its slot and blocks, and is counted', async () => {
    const before = { ...server.gateway.metrics.answers.streams };
    for (const leave of ['close', 'reset'] as const) {
      const stream = await openStream(server);
      assert.ok(server.gateway.router.ledger.decodeBlocks(0) > 0);
      if (leave === 'close') await stream.close();
      else stream.reset();
      await cleared();
    }
    const { streams } = server.gateway.metrics.answers;
    assert.equal(streams.cancelled - before.cancelled, 2);
    assert.equal(streams.failed, before.failed);
    assert.equal(streams.open, 0);
  });

  it('takes all choices of its answer with it', async () => {
    const before = cancelled();
    const stream = await openStream(server, { n: 3 });
    assert.equal(server.gateway.cluster.inFlight, 3);
    await stream.close();
    await cleared();
    assert.equal(cancelled() - before, 3);
  });

  it('before its answer is whole frees them too', async () => {
    const before = cancelled();
    const connection = await RawConnection.open(server.port);
    connection.send(rawPost(CHAT_PATH, JSON.stringify(chatBody('x', { max_tokens: 50 }))));
    await eventually('it runs', () => onWorker().running === 1);
    connection.reset();
    await cleared();
    assert.equal(cancelled() - before, 1);
  });

  it('while it waits makes room in the queue', async () => {
    const streams = await Promise.all(Array.from({ length: 4 }, () => openStream(server)));
    const waiting = await RawConnection.open(server.port);
    waiting.send(rawPost(CHAT_PATH, JSON.stringify(chatBody('x', { stream: true }))));
    await eventually('five are here', () => server.gateway.cluster.inFlight === 5);
    await waiting.close();
    await eventually('one has left', () => server.gateway.cluster.inFlight === 4);
    // The slot of one that runs goes to the next that comes, not to the one that has left.
    const next = ask(server, chatBody('y', { max_tokens: 1 }));
    await streams.pop()?.close();
    assert.equal((await next).completion.usage.completion_tokens, 1);
    await Promise.all(streams.map((stream) => stream.close()));
  });

  it('with all others at once leaves a server that serves on', async () => {
    const streams = await Promise.all(Array.from({ length: 4 }, () => openStream(server)));
    for (const stream of streams) stream.reset();
    await cleared();
    assert.equal(
      (await ask(server, chatBody('z', { max_tokens: 1 }))).completion.choices.length,
      1,
    );
  });
});

describe('a client that leaves a batched worker', () => {
  it('frees its slot and blocks with the end of the step', async () => {
    const flags = '--engine batched --ttft 0 --itl 30 --kv-cache-num-workers 1';
    const batched = await startServer(flags);
    try {
      const streams = await Promise.all(Array.from({ length: 4 }, () => openStream(batched)));
      await Promise.all(streams.map((stream) => stream.close()));
      await cleared(batched);
      assert.equal(batched.gateway.cluster.counts.cancelled, 4);
    } finally {
      await batched.stop();
    }
  });
});
