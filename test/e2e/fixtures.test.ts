import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI, { type APIError } from 'openai';
import { INSTANT, startServer, type TestServer } from '../support/server.ts';

/** The example of docs/fixtures.md, with a real SDK. */

const [, EXAMPLE = ''] = /```yaml\n(.*?)```/s.exec(readFileSync('docs/fixtures.md', 'utf8')) ?? [];

let file = EXAMPLE;
let server: TestServer;
let client: OpenAI;
before(async () => {
  const source = { name: 'fixtures.yaml', read: () => file };
  server = await startServer(INSTANT, undefined, undefined, source);
  client = new OpenAI({ baseURL: server.baseURL, apiKey: 'none', maxRetries: 0 });
});
after(() => server.stop());

const TOOL = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'The weather of a city.',
    parameters: { type: 'object', properties: { city: { type: 'string' } } },
    parse: JSON.parse,
    function: ({ city }: { city: string }) => `rain in ${city}`,
  },
} as const;

function user(content: string) {
  return [{ role: 'user' as const, content }];
}

describe('fixtures of an agent', () => {
  const conversation = { model: 'gpt-4o', messages: user('How is the weather?'), tools: [TOOL] };

  it('play an agent loop to its end', async () => {
    const runner = client.chat.completions.runTools(conversation);
    assert.equal(await runner.finalContent(), 'It rains in Oslo, says gpt-4o.');
    const call = await runner.finalFunctionToolCall();
    assert.deepEqual([call?.name, call?.arguments], ['get_weather', '{"city":"Oslo"}']);
    assert.equal(await runner.finalFunctionToolCallResult(), 'rain in Oslo');
  });

  it('play it in the shape of Anthropic', async () => {
    const anthropic = new Anthropic({ baseURL: server.origin, apiKey: 'none', maxRetries: 0 });
    const tools = [{ name: 'get_weather', input_schema: { type: 'object' as const } }];
    const messages: Anthropic.MessageParam[] = user('How is the weather?');
    const asked = { model: 'claude-3-opus', max_tokens: 500, tools };
    const first = await anthropic.messages.stream({ ...asked, messages }).finalMessage();
    const [call] = first.content;
    assert.equal(first.stop_reason, 'tool_use');
    assert.ok(call?.type === 'tool_use' && call.id.startsWith('toolu_'));
    assert.deepEqual(call.input, { city: 'Oslo' });
    const content = [{ type: 'tool_result' as const, tool_use_id: call.id, content: 'rain' }];
    messages.push({ role: 'assistant', content: first.content }, { role: 'user', content });
    const last = await anthropic.messages.create({ ...asked, messages });
    assert.deepEqual(last.content, [
      { type: 'text', text: 'It rains in Oslo, says claude-3-opus.' },
    ]);
  });

  it('play it streamed as well', async () => {
    const runner = client.chat.completions.runTools({ ...conversation, stream: true });
    assert.equal(await runner.finalContent(), 'It rains in Oslo, says gpt-4o.');
    const call = await runner.finalFunctionToolCall();
    assert.deepEqual([call?.name, call?.arguments], ['get_weather', '{"city":"Oslo"}']);
  });
});

describe('fixtures', () => {
  it('answer the nth request with an error', async () => {
    const ask = () =>
      client.chat.completions.create(
        { model: 'm', messages: user('hello'), max_tokens: 2 },
        { headers: { 'x-team': 'search' } },
      );
    await ask();
    await ask();
    await assert.rejects(ask(), (error: APIError) => {
      assert.equal(error.status, 429);
      assert.equal(error.headers?.get('retry-after'), '1');
      assert.match(error.message, /Slow down, search\./);
      return true;
    });
    await ask();
  });

  it('give JSON, and the prompt of a completion back', async () => {
    const order = await client.chat.completions.create({
      model: 'gpt-4o',
      messages: user('Where is Order 77?'),
    });
    const said = order.choices[0]?.message.content ?? '';
    assert.deepEqual(JSON.parse(said), { status: 'shipped', items: [1, 2] });
    const prompt = 'Say "ä" \n twice: 漢字 😀';
    const parts: string[] = [];
    const chunks = await client.completions.create({
      model: 'm',
      prompt,
      stream: true,
      max_tokens: 99,
    });
    for await (const chunk of chunks) parts.push(chunk.choices[0]?.text ?? '');
    assert.equal(parts.join(''), prompt);
    assert.ok(parts.length > 5);
  });

  it('say what is in the KV cache: a next turn hits it, and usage counts it', async () => {
    const question = `order 1 ${'of a long prompt '.repeat(20)}`;
    const ask = (messages: OpenAI.ChatCompletionMessageParam[]) =>
      client.chat.completions.create(
        { model: 'gpt-cache', messages },
        { headers: { 'x-fakeai-worker': 'worker-0' } },
      );
    const first = await ask(user(question));
    const said = first.choices[0]?.message.content ?? '';
    const next = await ask([...user(question), { role: 'assistant', content: said }, ...user('?')]);
    const { prompt_tokens: prompt, completion_tokens: tokens } = first.usage ?? {
      prompt_tokens: 0,
      completion_tokens: 0,
    };
    assert.ok(tokens > 10);
    const cached = next.usage?.prompt_tokens_details?.cached_tokens ?? 0;
    assert.equal(cached, Math.floor((prompt + tokens - 1) / 16) * 16);
  });

  it('are counted, read again and forgotten on request', async () => {
    const admin = async (method: string) => {
      const answer = await fetch(`${server.origin}/admin/fixtures`, { method });
      return { status: answer.status, body: (await answer.json()) as { hits: number } };
    };
    const { hits } = (await admin('GET')).body;
    assert.ok(hits > 0);
    const metrics = await (await fetch(`${server.origin}/metrics/prometheus`)).text();
    assert.match(metrics, new RegExp(`^fakeai_fixture_hits_total ${hits}$`, 'm'));
    file = 'fixtures: 7';
    assert.equal((await admin('POST')).status, 400);
    file = 'fixtures: [{ answer: { text: again } }]';
    assert.equal((await admin('POST')).body.hits, hits);
    const ask = () => client.chat.completions.create({ model: 'm', messages: user('x') });
    assert.equal((await ask()).choices[0]?.message.content, 'again');
    await admin('DELETE');
    assert.notEqual((await ask()).choices[0]?.message.content, 'again');
  });
});
