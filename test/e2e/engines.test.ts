import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import {
  ask,
  chatBody,
  choiceOf,
  prompt,
  refused,
  stream,
  usageOf,
} from '../support/chat-client.ts';
import { eventually } from '../support/eventually.ts';
import { INSTANT, startServer, type TestServer } from '../support/server.ts';

/** Settings of the cluster and of answers, by what they do to a real server. */

async function withServer(flags: string, use: (server: TestServer) => Promise<void>) {
  const server = await startServer(flags);
  try {
    await use(server);
    await eventually('every request has ended', () => server.gateway.cluster.inFlight === 0);
    server.gateway.cluster.checkInvariants();
  } finally {
    await server.stop();
  }
}

describe('the batched engine', () => {
  it('serves many at once, each with exactly its tokens', async () => {
    const flags = '--engine batched --ttft 2 --itl 1 --max-num-seqs 8';
    await withServer(flags, async (server) => {
      const asked = { ignore_eos: true, stream_options: { include_usage: true } };
      const replies = await Promise.all(
        Array.from({ length: 24 }, (_, at) =>
          stream(server, chatBody(prompt(`b${at}x`, 50), { ...asked, max_tokens: 5 + at })),
        ),
      );
      for (const [at, reply] of replies.entries()) {
        assert.ok(reply.isDone);
        assert.equal(choiceOf(reply).tokens, 5 + at);
        assert.equal(usageOf(reply).completion_tokens, 5 + at);
      }
    });
  });

  it('computes again what had to give way to others, and loses nothing', async () => {
    const flags =
      '--ttft 0 --itl 1 --engine batched --kv-cache-num-workers 1 --kv-cache-num-blocks 24';
    await withServer(flags, async (server) => {
      const asked = { max_tokens: 150, ignore_eos: true };
      const replies = await Promise.all(
        Array.from({ length: 6 }, (_, at) =>
          stream(server, chatBody(prompt(`p${at}x`, 30), asked)),
        ),
      );
      for (const reply of replies) assert.equal(choiceOf(reply).tokens, 150);
      const preemptions = server.gateway.metrics.workers.total(0, 'preemptions');
      assert.ok(preemptions > 0, 'the blocks are too few for all');
    });
  });
});

describe('latency', () => {
  async function ttftMs(server: TestServer, extra: Record<string, unknown> = {}): Promise<number> {
    const { headers } = await ask(server, chatBody('How long?', { max_tokens: 1, ...extra }));
    return Number(headers.get('openai-processing-ms'));
  }

  it('is never less than what was set', async () => {
    await withServer('--ttft 30:0 --itl 0.5:0', async (server) => {
      assert.ok((await ttftMs(server)) >= 30);
      const beganMs = performance.now();
      await ask(server, chatBody('How long?', { max_tokens: 101, ignore_eos: true }));
      assert.ok(performance.now() - beganMs >= 30 + 100 * 0.5);
    });
  });

  it("may be given as the guide's response delay", async () => {
    await withServer('--response-delay 0.04 --no-random-delay --itl 0', async (server) => {
      assert.ok((await ttftMs(server)) >= 40);
    });
  });

  it('may come from a named profile, or from the one that fits the model', async () => {
    // Five deviations below the mean, which no draw here reaches.
    await withServer('--latency-profile gpt-3.5-turbo-16k', async (server) => {
      assert.ok((await ttftMs(server)) >= 10);
    });
    await withServer('--engine batched --latency-profile 8b-h100', async (server) => {
      assert.ok((await ttftMs(server)) >= 30, 'the overhead of a prefill');
    });
    await withServer('--latency-profile auto', async (server) => {
      assert.ok((await ttftMs(server, { model: 'org/llama-3.1-8b-chat' })) >= 10);
      assert.ok((await ttftMs(server, { model: 'org/qwen2-7b' })) >= 10);
    });
  });
});

describe('settings of answers', () => {
  it('count prompts as the o200k tokenizer does, when they are to be strict', async () => {
    await withServer(`${INSTANT} --strict-token-counting`, async (server) => {
      const text = 'Tokenization of "internationalization" isn\'t a matter of words; 漢字 も.';
      const { completion } = await ask(server, chatBody(text, { max_tokens: 1 }));
      // The borders of the message and the start of the answer are 4 and 3 tokens.
      assert.equal(completion.usage.prompt_tokens, countTokens(text) + 7);
    });
  });

  it('refuse models that were not there from the start, when they are not to be created', async () => {
    await withServer(`${INSTANT} --no-auto-create-models`, async (server) => {
      for (const isStream of [false, true]) {
        const body = chatBody('x', { model: 'new/model', stream: isStream });
        const { status, error } = await refused(server, body);
        assert.deepEqual([status, error.code, error.param], [404, 'model_not_found', 'model']);
      }
      assert.equal((await fetch(`${server.baseURL}/models/new/model`)).status, 404);
      await ask(server, chatBody('x', { model: 'openai/gpt-oss-20b', max_tokens: 1 }));
    });
  });

  it('give answers the length and the reasoning that they ask for', async () => {
    const flags = `${INSTANT} --output-tokens 20 --output-tokens-variance-percent 0 --reasoning-models think*`;
    await withServer(flags, async (server) => {
      const plain = (await ask(server, chatBody('x'))).completion;
      assert.equal(plain.usage.completion_tokens, 20);
      assert.equal(plain.usage.completion_tokens_details?.reasoning_tokens, 0);
      const thoughtful = (await ask(server, chatBody('x', { model: 'thinker' }))).completion;
      assert.equal(thoughtful.usage.completion_tokens, 20);
      assert.equal(thoughtful.usage.completion_tokens_details?.reasoning_tokens, 8);
    });
  });
});
