import assert from 'node:assert/strict';
import { it } from 'node:test';
import { ask, chatBody, choiceOf, prompt, stream } from '../support/chat-client.ts';
import { eventually } from '../support/eventually.ts';
import { INSTANT, startServer } from '../support/server.ts';

/** Far more workers than cores. */

const WORKERS = 256;
const REQUESTS = 300;

it('256 workers on a few threads serve, each of them, and forget nothing', async () => {
  const flags = `--kv-cache-num-workers ${WORKERS} --threads 0 --router-policy round-robin`;
  const server = await startServer(`${INSTANT} ${flags}`);
  try {
    const { cluster, pool, router } = server.gateway;
    assert.ok(pool.threads <= 32);
    const requests = Array.from({ length: REQUESTS }, async (_, at) => {
      const body = chatBody(prompt(`w${at}x`, 30), { max_tokens: 4 });
      if (at % 2 === 0) return choiceOf(await stream(server, body)).tokens;
      return (await ask(server, body)).completion.usage.completion_tokens;
    });
    for (const tokens of await Promise.all(requests)) assert.equal(tokens, 4);
    await eventually('every request has ended', () => cluster.inFlight === 0);
    cluster.checkInvariants();
    const decisions = Array.from(router.decisions(REQUESTS), ({ worker }) => worker);
    assert.equal(new Set(decisions).size, WORKERS);
    const last = { 'x-fakeai-worker': `worker-${WORKERS - 1}` };
    const { headers } = await ask(server, chatBody('x', { max_tokens: 1 }), last);
    assert.equal(headers.get('x-fakeai-worker'), `worker-${WORKERS - 1}`);
  } finally {
    await server.stop();
  }
});
