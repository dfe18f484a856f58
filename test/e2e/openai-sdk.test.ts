import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import OpenAI, { BadRequestError, NotFoundError, RateLimitError } from 'openai';
import { eventually } from '../support/eventually.ts';
import { openStream, STUCK } from '../support/open-stream.ts';
import { INSTANT, startServer, type TestServer } from '../support/server.ts';

/** The `openai` package as applications use it, against the real server. */

const MODEL = 'openai/gpt-oss-120b';
const MESSAGES = [
  { role: 'system', content: 'You answer shortly.' },
  { role: 'user', content: 'What does a simulator do?' },
] satisfies OpenAI.ChatCompletionMessageParam[];

let server: TestServer;
let client: OpenAI;
before(async () => {
  server = await startServer(INSTANT);
  client = new OpenAI({ baseURL: server.baseURL, apiKey: 'any', maxRetries: 0 });
});
after(() => server.stop());

describe('chat.completions.create', () => {
  it('answers with text and a usage that adds up', async () => {
    const completion = await client.chat.completions.create({ model: MODEL, messages: MESSAGES });
    assert.equal(completion.object, 'chat.completion');
    assert.equal(completion.model, MODEL);
    const [choice] = completion.choices;
    assert.equal(choice?.message.role, 'assistant');
    assert.match(choice?.message.content ?? '', /^[A-Z].*[.?!]$/s);
    assert.equal(choice?.finish_reason, 'stop');
    const { usage } = completion;
    assert.equal(usage?.total_tokens, (usage?.prompt_tokens ?? 0) + usage!.completion_tokens);
  });

  it('gives the response and its request id', async () => {
    const { data, response, request_id } = await client.chat.completions
      .create({ model: MODEL, messages: MESSAGES }, { headers: { 'x-request-id': 'mine-1' } })
      .withResponse();
    assert.equal(request_id, 'mine-1');
    assert.equal(data.object, 'chat.completion');
    assert.match(response.headers.get('x-fakeai-worker') ?? '', /^worker-\d$/);
  });

  it('streams the chunks of one answer', async () => {
    const stream = await client.chat.completions.create({
      model: MODEL,
      messages: MESSAGES,
      stream: true,
      max_completion_tokens: 20,
      stream_options: { include_usage: true },
    });
    const pieces: string[] = [];
    let usage: OpenAI.CompletionUsage | null | undefined;
    for await (const chunk of stream) {
      const piece = chunk.choices[0]?.delta.content;
      if (piece) pieces.push(piece);
      usage = chunk.usage;
    }
    assert.equal(pieces.length, 20);
    assert.equal(usage?.completion_tokens, 20);
  });

  it('stops a stream that the application leaves, and the next request works', async () => {
    const stream = await client.chat.completions.create({
      model: MODEL,
      messages: MESSAGES,
      stream: true,
      max_tokens: 100_000,
      ignore_eos: true,
    } as OpenAI.ChatCompletionCreateParamsStreaming);
    for await (const _ of stream) break;
    await eventually('no answer is under way', () => server.gateway.answers === 0);
    const next = await client.chat.completions.create({ model: MODEL, messages: MESSAGES });
    assert.equal(next.choices.length, 1);
  });
});

describe('chat.completions.stream', () => {
  it('ends with the whole completion, its finish reason and its usage', async () => {
    const events: string[] = [];
    const runner = client.chat.completions.stream({
      model: MODEL,
      messages: MESSAGES,
      seed: 3,
      n: 2,
      stream_options: { include_usage: true },
    });
    runner.on('content', (delta) => events.push(delta));
    const completion = await runner.finalChatCompletion();
    const unary = await client.chat.completions.create({
      model: MODEL,
      messages: MESSAGES,
      seed: 3,
      n: 2,
    });
    assert.deepEqual(
      completion.choices.map((choice) => choice.message.content),
      unary.choices.map((choice) => choice.message.content),
    );
    assert.deepEqual(
      completion.choices.map((choice) => choice.finish_reason),
      ['stop', 'stop'],
    );
    assert.equal(completion.usage?.completion_tokens, unary.usage?.completion_tokens);
    assert.ok(events.length > 0);
  });
});

describe('models', () => {
  it('are listed, the default one first', async () => {
    const models = await client.models.list();
    assert.equal(models.data[0]?.id, 'openai/gpt-oss-120b');
    assert.ok(models.data.every((model) => model.object === 'model' && model.created > 0));
  });

  it('are found by ids with slashes, known or not', async () => {
    assert.equal((await client.models.retrieve('openai/gpt-oss-20b')).owned_by, 'openai');
    const unknown = 'some-org/some/model:v1';
    assert.equal((await client.models.retrieve(unknown)).id, unknown);
    const listed = (await client.models.list()).data.map((model) => model.id);
    assert.ok(!listed.includes(unknown), 'looking a model up does not create it');
    await client.chat.completions.create({ model: unknown, messages: MESSAGES, max_tokens: 1 });
    assert.ok((await client.models.list()).data.some((model) => model.id === unknown));
  });
});

describe('errors', () => {
  it('have the class, code and param of what was wrong', async () => {
    const tooHot = { model: MODEL, messages: MESSAGES, temperature: 7 };
    await assert.rejects(client.chat.completions.create(tooHot), (error) => {
      assert.ok(error instanceof BadRequestError);
      assert.equal(error.code, 'decimal_above_max_value');
      assert.equal(error.param, 'temperature');
      assert.equal(error.type, 'invalid_request_error');
      assert.match(error.requestID ?? '', /^req_/);
      return true;
    });
    await assert.rejects(client.get('/nowhere'), NotFoundError);
  });
});

/**
 * Takes the only place of a server, asks for an answer through an SDK, and gives the place back
 * after the first refusal. Returns the statuses of all attempts.
 */
async function attemptsAtFullServer(flags: string): Promise<number[]> {
  const full = await startServer(`${STUCK} --kv-cache-num-workers 1 ${flags}`);
  try {
    const occupant = await openStream(full);
    const statuses: number[] = [];
    const patient = new OpenAI({
      baseURL: full.baseURL,
      apiKey: 'any',
      fetch: async (url, init) => {
        const response = await fetch(url, init);
        statuses.push(response.status);
        if (statuses.length === 1) {
          await occupant.close();
          await eventually('the place is free', () => full.gateway.answers === 0);
        }
        return response;
      },
    });
    const asked = { model: MODEL, messages: MESSAGES, max_tokens: 1 };
    const { usage } = await patient.chat.completions.create(asked);
    assert.equal(usage?.completion_tokens, 1);
    return statuses;
  } finally {
    await full.stop();
  }
}

describe('retries', () => {
  it('get an answer out of a server that was full', async () => {
    const [overLimit, queueFull] = await Promise.all([
      attemptsAtFullServer('--limit-concurrency 1'),
      attemptsAtFullServer('--max-num-seqs 1 --max-waiting 0'),
    ]);
    assert.deepEqual(overLimit, [503, 200]);
    assert.deepEqual(queueFull, [429, 200]);
  });

  it('that are used up give the error of the last attempt', async () => {
    const full = await startServer(
      `${STUCK} --kv-cache-num-workers 1 --max-num-seqs 1 --max-waiting 0`,
    );
    try {
      const occupant = await openStream(full);
      const hasty = new OpenAI({ baseURL: full.baseURL, apiKey: 'any', maxRetries: 0 });
      await assert.rejects(
        hasty.chat.completions.create({ model: MODEL, messages: MESSAGES }),
        (error) => {
          assert.ok(error instanceof RateLimitError);
          assert.equal(error.code, 'queue_full');
          assert.equal(error.headers?.get('retry-after'), '1');
          return true;
        },
      );
      await occupant.close();
    } finally {
      await full.stop();
    }
  });
});
