import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { betaTool } from '@anthropic-ai/sdk/helpers/beta/json-schema';
import { jsonSchemaOutputFormat } from '@anthropic-ai/sdk/helpers/json-schema';
import { INSTANT, startServer, type TestServer } from '../support/server.ts';

/** Tools and structured output as applications of the `@anthropic-ai/sdk` package use them. */

const MODEL = 'claude-of-tests';
const BLOCK = 16;
const user = (content: string) => [{ role: 'user' as const, content }];

const WEATHER: Anthropic.Tool = {
  name: 'get_weather',
  description: 'The weather of a city.',
  input_schema: {
    type: 'object',
    properties: { city: { type: 'string' }, days: { type: 'integer', minimum: 1, maximum: 7 } },
    required: ['city', 'days'],
    additionalProperties: false,
  },
};
const NEWS: Anthropic.Tool = {
  name: 'read_news',
  description: 'The news of a city.',
  input_schema: { type: 'object' },
};
const PARAMS = {
  model: MODEL,
  max_tokens: 500,
  messages: user('How is the weather in Oslo?'),
  tools: [WEATHER, NEWS],
};

let server: TestServer;
let client: Anthropic;
before(async () => {
  server = await startServer(`${INSTANT} --kv-cache-block-size ${BLOCK}`);
  client = new Anthropic({ baseURL: server.origin, apiKey: 'any', maxRetries: 0 });
});
after(() => server.stop());

/** The calls of a message, each with a good input for the tool of that name. */
function callsOf({ content }: Anthropic.Message): string[] {
  return content.flatMap((block) => {
    if (block.type !== 'tool_use') return [];
    assert.match(block.id, /^toolu_\w{24}$/);
    if (block.name === WEATHER.name) {
      const { city, days, ...rest } = block.input as Record<string, unknown>;
      assert.ok(typeof city === 'string' && Number.isInteger(days), JSON.stringify(block.input));
      assert.ok(Number(days) >= 1 && Number(days) <= 7);
      assert.deepEqual(rest, {});
    }
    return [block.name];
  });
}

describe('a loop of tools', () => {
  it('calls what the message asks for, and ends with text', async () => {
    const asked: string[] = [];
    const weather = betaTool({
      name: 'get_weather',
      description: 'The weather of a city.',
      inputSchema: {
        type: 'object',
        properties: { city: { type: 'string' } },
        required: ['city'],
      },
      run: ({ city }) => {
        asked.push(city);
        return `Rain in ${city}.`;
      },
    });
    for (const stream of [false, true]) {
      const runner = client.beta.messages.toolRunner({ ...PARAMS, tools: [weather], stream });
      const last = await runner.runUntilDone();
      assert.equal(last.stop_reason, 'end_turn');
      assert.equal(last.content[0]?.type, 'text');
    }
    assert.equal(asked.length, 2);
  });

  it('hits the blocks of its own calls and thoughts', async () => {
    const params = { ...PARAMS, thinking: { type: 'adaptive' as const }, max_tokens: 2000 };
    const pinned = { headers: { 'x-fakeai-worker': '1' } };
    const first = await client.messages.create(params, pinned);
    assert.deepEqual(
      first.content.map(({ type }) => type),
      ['thinking', 'tool_use'],
    );
    const results = first.content.flatMap((block) =>
      block.type === 'tool_use'
        ? [{ type: 'tool_result' as const, tool_use_id: block.id, content: 'Rain.' }]
        : [],
    );
    const messages: Anthropic.MessageParam[] = [
      ...params.messages,
      { role: 'assistant', content: first.content },
      { role: 'user', content: results },
    ];
    const { usage, content } = await client.messages.create({ ...params, messages }, pinned);
    const { input_tokens, cache_read_input_tokens, output_tokens } = first.usage;
    const computed = input_tokens + (cache_read_input_tokens ?? 0) + output_tokens - 1;
    assert.equal(usage.cache_read_input_tokens, Math.floor(computed / BLOCK) * BLOCK);
    assert.equal(content.at(-1)?.type, 'text');
  });
});

describe('tool_choice', () => {
  const choose = (tool_choice: Anthropic.ToolChoice, more: object = {}) =>
    client.messages.create({ ...PARAMS, tool_choice, ...more });

  it('says whether a tool is called, and which', async () => {
    const auto = await choose({ type: 'auto' });
    assert.deepEqual([callsOf(auto), auto.stop_reason], [['get_weather'], 'tool_use']);
    const none = await choose({ type: 'none' });
    assert.deepEqual([callsOf(none), none.stop_reason], [[], 'end_turn']);
    const any = await choose({ type: 'any' }, { messages: user('Hm.') });
    assert.equal(callsOf(any).length, 1);
    const named = await choose({ type: 'tool', name: 'read_news' });
    assert.deepEqual(callsOf(named), ['read_news']);
  });

  it('says whether several calls are welcome', async () => {
    const messages = user('Get me the weather of the city, and read the news of the city.');
    const both = await choose({ type: 'auto' }, { messages });
    assert.deepEqual(callsOf(both), ['get_weather', 'read_news']);
    const one = await choose({ type: 'auto', disable_parallel_tool_use: true }, { messages });
    assert.equal(callsOf(one).length, 1);
  });

  it('is the same in a stream', async () => {
    const params = { ...PARAMS, temperature: 0, tool_choice: { type: 'any' as const } };
    const stream = client.messages.stream(params);
    const pieces: string[] = [];
    stream.on('inputJson', (piece) => pieces.push(piece));
    const { content, stop_reason, usage } = await stream.finalMessage();
    const whole = await client.messages.create(params);
    const parts = (blocks: Anthropic.ContentBlock[]) =>
      blocks.map((block) => (block.type === 'tool_use' ? [block.name, block.input] : block));
    assert.deepEqual(parts(content), parts(whole.content));
    assert.equal(stop_reason, 'tool_use');
    assert.equal(usage.output_tokens, whole.usage.output_tokens);
    assert.ok(pieces.length > 1);
  });

  it('leaves no input of a call that is cut', async () => {
    const { content, stop_reason } = await choose({ type: 'any' }, { max_tokens: 4 });
    const [call] = content;
    assert.equal(stop_reason, 'max_tokens');
    assert.ok(call?.type === 'tool_use');
    assert.deepEqual(call.input, {});
  });
});

describe('structured output', () => {
  it('keeps to its schema', async () => {
    const format = jsonSchemaOutputFormat({
      type: 'object',
      properties: { name: { type: 'string' }, level: { enum: ['low', 'high'] } },
      required: ['name', 'level'],
      additionalProperties: false,
    });
    const { parsed_output: output } = await client.messages.parse({
      model: MODEL,
      max_tokens: 500,
      messages: user('Who?'),
      output_config: { format },
    });
    assert.equal(typeof output?.name, 'string');
    assert.ok(output?.level === 'low' || output?.level === 'high');
  });
});

describe('what cannot be', () => {
  it('is an error that names it', async () => {
    const wrong: readonly (readonly [fields: object, names: RegExp])[] = [
      [{ tools: [WEATHER, WEATHER] }, /'tools\[1\]\.name'/],
      [{ tools: [{ ...WEATHER, name: 'a b' }] }, /'tools\[0\]\.name'/],
      [{ tools: [{ ...WEATHER, input_schema: { type: 'array' } }] }, /'tools\[0\]\.input_schema'/],
      [{ tool_choice: { type: 'tool', name: 'none_such' } }, /'tool_choice\.name'/],
      [{ tool_choice: { type: 'any' }, tools: [] }, /'tools'/],
      [{ output_config: { format: { type: 'json_schema' } } }, /'output_config\.format\.schema'/],
    ];
    for (const [fields, names] of wrong) {
      const asked = client.messages.create({ ...PARAMS, ...fields });
      await assert.rejects(asked, (error) => {
        assert.ok(error instanceof Anthropic.BadRequestError, String(error));
        assert.match(error.message, names);
        return true;
      });
    }
  });

  it('is no tool of Anthropic itself, which is taken and never called', async () => {
    const tools = [{ type: 'web_search_20250305' as const, name: 'web_search' as const }];
    const messages = user('Search the web.');
    const { stop_reason } = await client.messages.create({ ...PARAMS, messages, tools });
    assert.equal(stop_reason, 'end_turn');
  });
});
