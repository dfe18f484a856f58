import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { POLICY_NAMES } from '../../shared/policy-names.ts';
import {
  ask,
  type ChatBody,
  chatBody,
  choiceOf,
  prompt,
  refused,
  stream,
  type UnaryReply,
} from '../support/chat-client.ts';
import { eventually } from '../support/eventually.ts';
import { openStream, STUCK } from '../support/open-stream.ts';
import type { RawConnection } from '../support/raw-connection.ts';
import { INSTANT, startServer, type TestServer } from '../support/server.ts';

/** Where requests go, and what they find there. */

const BLOCK = 16;
const WORKERS = 4;

let server: TestServer;
before(async () => {
  server = await startServer(`${INSTANT} --kv-cache-num-workers ${WORKERS}`);
});
after(() => server.stop());

function routeOf(headers: Headers) {
  return {
    worker: headers.get('x-fakeai-worker'),
    overlapBlocks: Number(headers.get('x-fakeai-overlap-blocks')),
  };
}

function cachedTokens({ completion }: UnaryReply): number {
  return completion.usage.prompt_tokens_details?.cached_tokens ?? assert.fail();
}

/** The events of a worker may come a moment after the answer. */
async function settled(of: TestServer): Promise<void> {
  await eventually('every request has ended', () => of.gateway.cluster.inFlight === 0);
}

interface Turn {
  readonly role: string;
  readonly content: string;
}

/** Two turns of a conversation, while other requests come and go. */
async function converse(at: TestServer, isStream: boolean) {
  const turns: Turn[] = [
    { role: 'system', content: prompt('rule', 40) },
    { role: 'user', content: `The first question, ${isStream ? 'streamed' : 'not streamed'}?` },
  ];
  const body = { model: 'm', max_tokens: 64, ignore_eos: true };
  let first: Headers;
  let answer: string;
  if (isStream) {
    const reply = await stream(at, { ...body, messages: turns });
    first = reply.headers;
    answer = choiceOf(reply).content;
  } else {
    const reply = await ask(at, { ...body, messages: turns });
    first = reply.headers;
    answer = reply.completion.choices[0]?.message.content ?? '';
  }
  await settled(at);
  for (let other = 0; other < 2 * WORKERS; other++) {
    await ask(at, chatBody(prompt(`other${other}`, 30), { max_tokens: 2 }));
  }
  turns.push({ role: 'assistant', content: answer }, { role: 'user', content: 'And then?' });
  const second = await ask(at, { ...body, messages: turns });
  return { first: routeOf(first), second, route: routeOf(second.headers) };
}

describe('the second turn of a conversation', () => {
  for (const isStream of [false, true]) {
    it(`finds its prompt and its ${isStream ? 'streamed ' : ''}answer on its worker`, async () => {
      const { first, second, route } = await converse(server, isStream);
      assert.equal(route.worker, first.worker);
      const cached = cachedTokens(second);
      assert.equal(cached, route.overlapBlocks * BLOCK);
      const { prompt_tokens: promptTokens } = second.completion.usage;
      // Prompt and answer of the first turn, but for the block that the new message begins in.
      assert.ok(cached > 100 && promptTokens - cached < 2 * BLOCK, `${cached} of ${promptTokens}`);
    });
  }

  it('does so with the o200k tokenizer too', async () => {
    const strict = await startServer(`${INSTANT} --strict-token-counting`);
    try {
      const { first, second, route } = await converse(strict, true);
      assert.equal(route.worker, first.worker);
      const { prompt_tokens: promptTokens } = second.completion.usage;
      assert.ok(promptTokens - cachedTokens(second) < 2 * BLOCK);
    } finally {
      await strict.stop();
    }
  });
});

describe('a prefix', () => {
  it('is found by the same prompt, up to its last token, which is always computed', async () => {
    const body = chatBody(prompt('same', 4 * BLOCK - 7), { max_tokens: 1 });
    const first = await ask(server, body);
    assert.equal(first.completion.usage.prompt_tokens, 4 * BLOCK);
    assert.equal(cachedTokens(first), 0);
    await settled(server);
    assert.equal(cachedTokens(await ask(server, body)), 3 * BLOCK);
  });

  it('is not found by another model, nor with another salt', async () => {
    const text = prompt('salted', 100);
    await ask(server, chatBody(text, { max_tokens: 1 }));
    await settled(server);
    for (const extra of [{ model: 'other' }, { cache_salt: 'tenant' }]) {
      const reply = await ask(server, chatBody(text, { max_tokens: 1, ...extra }));
      assert.equal(cachedTokens(reply), 0);
      assert.equal(routeOf(reply.headers).overlapBlocks, 0);
    }
  });

  it('is not found while the cache is switched off: requests go by load alone', async () => {
    const uncached = await startServer(`${STUCK} --no-kv-cache-enabled`);
    try {
      for (let turn = 0; turn < 4; turn++) {
        const reply = await ask(uncached, chatBody(prompt('same', 100), { max_tokens: 1 }));
        assert.equal(cachedTokens(reply), 0);
        assert.equal(routeOf(reply.headers).overlapBlocks, 0);
      }
      await settled(uncached);
      const streams: RawConnection[] = [];
      for (let turn = 0; turn < 4; turn++) streams.push(await openStream(uncached));
      const { ledger } = uncached.gateway.router;
      const active = [ledger.activeRequests(0), ledger.activeRequests(1)];
      assert.ok(Math.min(...active) >= 1, `${active}`);
      await Promise.all(streams.map((open) => open.close()));
    } finally {
      await uncached.stop();
    }
  });

  it('of a long prompt is worth the prompt cache on any worker', async () => {
    const body = chatBody(prompt('cached', 1500), { max_tokens: 1 });
    const first = await ask(server, body, { 'x-fakeai-worker': 'worker-0' });
    assert.equal(cachedTokens(first), 0);
    const again = await ask(server, body, { 'x-fakeai-worker': 'worker-1' });
    assert.equal(routeOf(again.headers).overlapBlocks, 0);
    assert.equal(cachedTokens(again), Math.floor(again.completion.usage.prompt_tokens / 128) * 128);
  });
});

describe('a pinned request', () => {
  it('goes to the worker that it names, in any of three ways', async () => {
    const ways: readonly (readonly [headers: Record<string, string>, extra: ChatBody])[] = [
      [{ 'x-fakeai-worker': 'worker-2' }, {}],
      [{ 'x-worker-instance-id': '2' }, {}],
      [{}, { nvext: { backend_instance_id: 2 } }],
    ];
    for (const [headers, extra] of ways) {
      for (let turn = 0; turn < 3; turn++) {
        const body = chatBody(prompt('pin', 20), { max_tokens: 1, ...extra });
        assert.equal(routeOf((await ask(server, body, headers)).headers).worker, 'worker-2');
      }
    }
  });

  it('to a worker that does not exist is refused with the names of those that do', async () => {
    for (const name of ['worker-4', 'worker--1', '99', 'gpu', 'worker-1.5']) {
      const { status, error } = await refused(server, chatBody('x'), { 'x-fakeai-worker': name });
      assert.equal(status, 400);
      assert.equal(error.code, 'worker_not_found');
      assert.match(error.message, /worker-0 to worker-3/);
    }
  });
});

describe('every policy', () => {
  for (const policy of POLICY_NAMES) {
    it(`serves: ${policy}`, async () => {
      const flags = `${INSTANT} --kv-cache-num-workers ${WORKERS} --router-policy ${policy}`;
      const own = await startServer(flags);
      try {
        const routes = await Promise.all(
          Array.from({ length: 24 }, async (_, at) => {
            const session = `session-${at % 6}`;
            const body = chatBody(prompt(`s${at % 6}x`, 40), { max_tokens: 3 });
            const { headers } = await ask(own, body, { 'x-session-id': session });
            return { session, worker: routeOf(headers).worker };
          }),
        );
        await settled(own);
        const { router, cluster } = own.gateway;
        assert.equal(cluster.counts.finished, 24);
        for (let worker = 0; worker < WORKERS; worker++) {
          assert.equal(router.ledger.activeRequests(worker), 0);
          assert.equal(router.ledger.decodeBlocks(worker), 0);
          assert.equal(router.ledger.prefillTokensPending(worker), 0);
        }
        const pairs = new Set(routes.map(({ session, worker }) => `${session} ${worker}`));
        if (policy === 'session') assert.equal(pairs.size, 6);
      } finally {
        await own.stop();
      }
    });
  }
});

describe('the decisions', () => {
  it('can be read, newest first, with the cost of every worker', async () => {
    const { headers } = await ask(server, chatBody(prompt('decide', 50), { max_tokens: 1 }));
    const response = await fetch(`${server.origin}/admin/routing?limit=1`);
    const { policy, weights, decisions } = JSON.parse(await response.text());
    assert.equal(policy, 'smart');
    assert.equal(weights.kv_overlap_weight, 1);
    assert.equal(decisions.length, 1);
    const [decision] = decisions;
    assert.equal(decision.worker, routeOf(headers).worker);
    assert.equal(decision.prompt_blocks, Math.ceil(57 / BLOCK));
    assert.equal(decision.route_us, Number(headers.get('x-fakeai-route-us')));
    const secondsAgo = Date.now() / 1000 - decision.timestamp;
    assert.ok(secondsAgo >= 0 && secondsAgo < 60, `${secondsAgo} s ago`);
    assert.deepEqual(
      decision.candidates.map(({ worker }: { worker: string }) => worker),
      ['worker-0', 'worker-1', 'worker-2', 'worker-3'],
    );
    assert.deepEqual(Object.keys(decision.candidates[0]), [
      'worker',
      'cost',
      'terms',
      'overlap_blocks',
      'active_requests',
      'decode_blocks',
    ]);
    for (const { cost, terms } of decision.candidates) {
      const sum = Object.values<number>(terms).reduce((total, term) => total + term, 0);
      assert.ok(Math.abs(sum - cost) < 1e-6 * cost, `${sum} us in terms, ${cost} us in all`);
    }
    const costs = decision.candidates.map(({ cost }: { cost: number }) => cost);
    assert.ok(decision.regret === 0 && Math.min(...costs) > 0);
  });
});
