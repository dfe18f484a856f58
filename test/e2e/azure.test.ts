import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import OpenAI, { AzureOpenAI, NotFoundError } from 'openai';
import { INSTANT, startServer, type TestServer } from '../support/server.ts';

/** The client of Azure in the `openai` package, against the real server. */

const KEY = 'key-of-azure';
const MODEL = 'my-deployment';
const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'Hello?' }];

let server: TestServer;
let client: AzureOpenAI;
before(async () => {
  server = await startServer(`${INSTANT} --api-key ${KEY}`);
  client = new AzureOpenAI({
    endpoint: server.origin,
    apiKey: KEY,
    apiVersion: '2024-10-21',
    maxRetries: 0,
  });
});
after(() => server.stop());

interface Answer {
  readonly model?: string;
  readonly error?: { readonly param: string | null };
}

async function post(path: string, body: unknown) {
  const response = await fetch(`${server.origin}/openai/${path}`, {
    method: 'POST',
    headers: { 'api-key': KEY },
    body: JSON.stringify(body),
  });
  const json = (await response.json()) as Answer;
  return { status: response.status, json };
}

describe('AzureOpenAI', () => {
  it('chats, streamed and not', async () => {
    const completion = await client.chat.completions.create({ model: MODEL, messages });
    assert.equal(completion.model, MODEL);
    const stream = await client.chat.completions.create({
      model: MODEL,
      messages,
      stream: true,
      max_tokens: 5,
    });
    const pieces: string[] = [];
    for await (const { model, choices } of stream) {
      assert.equal(model, MODEL);
      const piece = choices[0]?.delta.content;
      if (piece) pieces.push(piece);
    }
    assert.equal(pieces.length, 5);
  });

  it('completes, embeds and speaks', async () => {
    const completion = await client.completions.create({ model: MODEL, prompt: 'Once' });
    assert.equal(completion.model, MODEL);
    const { model, data } = await client.embeddings.create({ model: MODEL, input: ['a', 'b'] });
    assert.deepEqual([model, data.length], [MODEL, 2]);
    const speech = await client.audio.speech.create({ model: MODEL, voice: 'alloy', input: 'Hi.' });
    assert.ok((await speech.arrayBuffer()).byteLength > 0);
  });

  it('lists models', async () => {
    const listed = await client.models.list();
    assert.ok(listed.data.some(({ id }) => id === MODEL));
    assert.equal((await client.models.retrieve(MODEL)).id, MODEL);
  });

  it('is told that another path is none', async () => {
    const made = client.images.generate({ model: MODEL, prompt: 'a cat' });
    await assert.rejects(made, NotFoundError);
  });

  it('takes a deployment of the client itself', async () => {
    const ofOne = new AzureOpenAI({
      endpoint: server.origin,
      apiKey: KEY,
      apiVersion: '2024-10-21',
      deployment: 'of-the-client',
      maxRetries: 0,
    });
    const completion = await ofOne.chat.completions.create({ model: 'another', messages });
    assert.equal(completion.model, 'of-the-client');
  });
});

describe('a deployment', () => {
  it('is the model of a body that has none or another, also of a long one', async () => {
    const long = [{ role: 'user', content: `Hello${' '.repeat(70_000)}?` }];
    for (const body of [{ messages }, { model: 'another', messages }, { messages: long }]) {
      const { json } = await post('deployments/deep%2Fblue/chat/completions', body);
      assert.equal(json.model, 'deep/blue');
    }
  });

  it('keeps to the rules of names of models', async () => {
    const { status, json } = await post(`deployments/${'x'.repeat(2000)}/completions`, {
      prompt: 'a',
    });
    assert.deepEqual([status, json.error?.param], [400, 'model']);
  });
});

it('the version 1 of Azure takes the client of OpenAI, with the model in the body', async () => {
  const baseURL = `${server.origin}/openai/v1`;
  const openai = new OpenAI({ baseURL, apiKey: KEY, maxRetries: 0 });
  const { model } = await openai.chat.completions.create({ model: MODEL, messages });
  assert.equal(model, MODEL);
  const response = await openai.responses.create({ model: MODEL, input: 'Hello?' });
  assert.equal((await openai.responses.retrieve(response.id)).id, response.id);
  assert.equal((await openai.models.retrieve(`${MODEL}/of/slashes`)).id, `${MODEL}/of/slashes`);
});
