import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import OpenAI, { BadRequestError } from 'openai';
import { eventually } from '../support/eventually.ts';
import { startServer, type TestServer } from '../support/server.ts';

/** `/v1/embeddings` as applications use it, with the `openai` package and without. */

const MODEL = 'text-embedding-3-small';

let server: TestServer;
let client: OpenAI;
before(async () => {
  server = await startServer(
    '--ttft 2:0 --itl 0 --kv-cache-num-workers 1 --embedding-cache-size 16 ' +
      '--embedding-dimensions 512',
  );
  client = new OpenAI({ baseURL: server.baseURL, apiKey: 'any', maxRetries: 0 });
});
after(() => server.stop());

async function post(body: Record<string, unknown>) {
  const response = await fetch(`${server.baseURL}/embeddings`, {
    method: 'POST',
    body: JSON.stringify({ model: MODEL, ...body }),
  });
  return {
    status: response.status,
    headers: response.headers,
    json: JSON.parse(await response.text()),
  };
}

describe('POST /v1/embeddings', () => {
  it('gives the SDK, which asks for base64, the vectors that floats are', async () => {
    const input = 'a short text';
    const { data, model, usage, object } = await client.embeddings.create({ model: MODEL, input });
    const floats = await client.embeddings.create({
      model: MODEL,
      input,
      encoding_format: 'float',
    });
    assert.deepEqual([object, model, data.length, data[0]?.index], ['list', MODEL, 1, 0]);
    assert.equal(data[0]?.embedding.length, 512);
    assert.deepEqual(data[0]?.embedding, floats.data[0]?.embedding.map(Math.fround));
    assert.deepEqual(usage, { prompt_tokens: 3, total_tokens: 3 });
  });

  it('takes texts and ids, one or several, and counts the tokens of all', async () => {
    for (const [input, items, tokens] of [
      ['one two', 1, 2],
      [['one', 'two three'], 2, 3],
      [[5, 6, 7], 1, 3],
      [[[5, 6], [7]], 2, 3],
    ] as const) {
      const { status, json } = await post({ input, dimensions: 3 });
      assert.equal(status, 200);
      assert.deepEqual(
        json.data.map(({ index, object, embedding }: OpenAI.Embedding) => [
          index,
          object,
          embedding.length,
        ]),
        Array.from({ length: items }, (_, index) => [index, 'embedding', 3]),
      );
      assert.deepEqual(json.usage, { prompt_tokens: tokens, total_tokens: tokens });
    }
  });

  it('says where it was computed, and keeps the blocks of a text for the next one', async () => {
    const input = 'the same words again '.repeat(40);
    const first = await post({ input });
    const worker = first.headers.get('x-fakeai-worker');
    assert.match(worker ?? '', /^worker-\d$/);
    assert.equal(first.headers.get('x-fakeai-overlap-blocks'), '0');
    const second = await post({ input });
    assert.equal(second.headers.get('x-fakeai-worker'), worker);
    assert.equal(second.headers.get('x-fakeai-overlap-blocks'), '9');
  });

  it('embeds 2,048 texts on one worker, each the same as alone', async () => {
    const input = Array.from({ length: 2048 }, (_, n) => `text number ${n} of a batch`);
    const batch = await client.embeddings.create({ model: MODEL, input, dimensions: 64 });
    const alone = await client.embeddings.create({
      model: MODEL,
      input: input[2047]!,
      dimensions: 64,
    });
    assert.deepEqual(
      batch.data.map(({ index }) => index),
      input.map((_, index) => index),
    );
    assert.deepEqual(batch.data[2047]?.embedding, alone.data[0]?.embedding);
    assert.equal(batch.usage.prompt_tokens, 6 * 2048);
  });
});

describe('the limits of POST /v1/embeddings', () => {
  it('takes a text that just fills the window, and names one that does not', async () => {
    const words = (count: number) => Array.from({ length: count }, () => 'word').join(' ');
    assert.equal((await post({ input: words(8191), dimensions: 8 })).status, 200);
    const refused = await post({ input: ['short', words(8192)] });
    assert.equal(refused.status, 400);
    assert.equal(refused.json.error.code, 'context_length_exceeded');
    assert.equal(refused.json.error.param, 'input');
  });

  it('refuses what is no input, and names the field', async () => {
    for (const [fields, code, param] of [
      [{}, 'missing_required_parameter', 'input'],
      [{ input: '' }, 'invalid_value', 'input'],
      [{ input: [] }, 'empty_array', 'input'],
      [{ input: ['a', ''] }, 'invalid_value', 'input[1]'],
      [{ input: 5 }, 'invalid_type', 'input'],
      [{ input: 'a', dimensions: 3073 }, 'integer_above_max_value', 'dimensions'],
      [{ input: 'a', dimensions: 0 }, 'integer_below_min_value', 'dimensions'],
      [{ input: 'a', encoding_format: 'int8' }, 'invalid_value', 'encoding_format'],
      [{ input: Array(2049).fill('a') }, 'array_above_max_length', 'input'],
    ] as const) {
      const { status, json } = await post(fields);
      assert.deepEqual([status, json.error.code, json.error.param], [400, code, param]);
    }
    const nothing = client.embeddings.create({ model: MODEL, input: [] });
    await assert.rejects(nothing, BadRequestError);
  });

  it('remembers as many embeddings as FAKEAI_EMBEDDING_CACHE_SIZE says', async () => {
    for (let n = 0; n < 20; n++) await post({ input: `remembered ${n}` });
    assert.equal(server.gateway.embedder.size, 16);
  });

  it('leaves nothing behind on workers whose client has left', async () => {
    const left = new AbortController();
    const input = Array.from({ length: 500 }, (_, n) => `text ${n}`);
    const request = fetch(`${server.baseURL}/embeddings`, {
      method: 'POST',
      body: JSON.stringify({ model: MODEL, input }),
      signal: left.signal,
    });
    left.abort();
    await assert.rejects(request);
    const { gateway } = server;
    await eventually(
      'nothing is in flight',
      () => gateway.cluster.inFlight + gateway.answers === 0,
    );
    server.gateway.cluster.checkInvariants();
  });

  it('lets the texts of a batch wait for each other longer than tokens may', async (t) => {
    const slow = await startServer(
      '--ttft 600:0 --kv-cache-num-workers 1 --max-num-seqs 1 --stream-token-timeout-seconds 0.1',
    );
    t.after(() => slow.stop());
    const response = await fetch(`${slow.baseURL}/embeddings`, {
      method: 'POST',
      body: JSON.stringify({ model: MODEL, input: ['one', 'two'], dimensions: 2 }),
    });
    assert.equal(response.status, 200);
  });
});
