import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type LiveRun, OpenLoopClient } from '../../../lab/parity/open-loop-client.ts';
import { TableSource } from '../../../lab/traces/trace-table.ts';
import type { RecordedRequest } from '../../../shared/recorded-trace.ts';
import { INSTANT, startServer, type TestServer } from '../../support/server.ts';
import { tableOf } from '../../support/workload.ts';

async function run(
  server: TestServer,
  requests: readonly Partial<RecordedRequest>[],
): Promise<LiveRun> {
  const client = new OpenLoopClient(server.baseURL, 'test');
  return await client.run(new TableSource(await tableOf(requests)));
}

describe('an open-loop client', () => {
  let server: TestServer;
  before(async () => {
    server = await startServer(`${INSTANT} --no-enable-prompt-caching`);
  });
  after(() => server.stop());

  it('asks for prompts and answers of the lengths that the trace has', async () => {
    const { replies, failures } = await run(server, [
      { promptTokens: 100, outputTokens: 10 },
      { promptTokens: 8, outputTokens: 1 },
      { promptTokens: 3000, outputTokens: 200 },
    ]);
    assert.deepEqual(failures, []);
    const lengths = replies.map((reply) => [reply.promptTokens, reply.completionTokens]);
    assert.deepEqual(
      lengths.sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0)),
      [
        [8, 1],
        [100, 10],
        [3000, 200],
      ],
    );
    for (const reply of replies) {
      assert.match(reply.worker, /^worker-[01]$/);
      assert.equal(reply.gapsUs.length, reply.completionTokens - 1);
      assert.ok(reply.ttftUs > 0 && reply.e2eUs >= reply.ttftUs);
    }
  });

  it('sends the shortest prompt that the template allows where the trace asks for less', async () => {
    const { replies, failures } = await run(server, [{ promptTokens: 1, outputTokens: 1 }]);
    assert.deepEqual(failures, []);
    assert.ok(replies[0] !== undefined && replies[0].promptTokens <= 8);
  });

  it('shares blocks as far as the trace does', async () => {
    const shared = Array.from({ length: 10 }, (_, word) => 77 + word);
    const hashes = (own: number) => Uint32Array.of(...shared, own, own);
    const { replies } = await run(server, [
      { arrivalUs: 0, session: 1, hashes: hashes(1) },
      { arrivalUs: 200_000, session: 1, hashes: hashes(2) },
    ]);
    assert.deepEqual(
      replies.map((reply) => reply.cachedTokens),
      [0, 80],
    );
  });

  it('sends the answer back with the turn that waits for it', async () => {
    const { replies } = await run(server, [
      { session: 1, promptTokens: 150, outputTokens: 50, hashes: Uint32Array.of(9, 9) },
      { session: 1, thinkUs: 50_000, promptTokens: 250, outputTokens: 30 },
      { session: 1, thinkUs: 50_000, promptTokens: 330, outputTokens: 5 },
    ]);
    assert.deepEqual(
      replies.map((reply) => reply.promptTokens),
      [150, 250, 330],
    );
    // All that was computed, which the last token of an answer never is, in full blocks.
    assert.deepEqual(
      replies.map((reply) => reply.cachedTokens),
      [0, 192, 272],
    );
  });
});

describe('an open-loop client of a slow server', () => {
  let server: TestServer;
  before(async () => {
    server = await startServer('--ttft 600:0 --itl 0 --max-num-seqs 1 --max-waiting 1');
  });
  after(() => server.stop());

  it('sends every request when it is due, and ends a session whose turn has failed', async () => {
    const { replies, failures, latenessUs } = await run(server, [
      ...Array.from({ length: 9 }, (_, n) => ({ arrivalUs: n * 1000 })),
      { session: 5, arrivalUs: 20_000 },
      { session: 5, thinkUs: 0 },
    ]);
    // Two workers take two requests each; all others find full queues while the first ones run.
    assert.equal(replies.length, 4);
    assert.equal(failures.length, 6);
    assert.equal(latenessUs.length, 10);
    for (const failure of failures) assert.match(failure, /^status 429: .*queue/s);
  });
});

describe('an open-loop client without a server', () => {
  it('counts what it could not send', async () => {
    const client = new OpenLoopClient('http://127.0.0.1:1/v1', 'test');
    const { replies, failures } = await client.run(new TableSource(await tableOf([{}, {}])));
    assert.deepEqual(replies, []);
    assert.equal(failures.length, 2);
    assert.match(failures[0] ?? '', /ECONNREFUSED/);
  });
});
