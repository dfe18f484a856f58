import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { createOpenAI } from '@ai-sdk/openai';
import { HumanMessage, type UsageMetadata } from '@langchain/core/messages';
import { ChatOpenAI } from '@langchain/openai';
import { generateObject, generateText, jsonSchema, stepCountIs, streamText, tool } from 'ai';
import OpenAI from 'openai';
import { zodTextFormat } from 'openai/helpers/zod';
import { z } from 'zod';
import { STUCK } from '../support/open-stream.ts';
import { INSTANT, startServer, type TestServer } from '../support/server.ts';

/** Other clients of `/v1/responses`, calls of tools, and streams that go wrong. */

const MODEL = 'gpt-4o';
const [, EXAMPLE = ''] = /```yaml\n(.*?)```/s.exec(readFileSync('docs/fixtures.md', 'utf8')) ?? [];

let server: TestServer;
before(async () => {
  const source = { name: 'fixtures.yaml', read: () => EXAMPLE };
  server = await startServer(INSTANT, undefined, undefined, source);
});
after(() => server.stop());

describe('the AI SDK', () => {
  it('generates and streams text with its default model of OpenAI', async () => {
    const model = createOpenAI({ baseURL: server.baseURL, apiKey: 'any' })(MODEL);
    const asked = { model, prompt: 'Why do caches help?', maxOutputTokens: 15, temperature: 0 };
    const whole = await generateText(asked);
    assert.equal(whole.finishReason, 'length');
    assert.equal(whole.usage.outputTokens, 15);
    const streamed = streamText(asked);
    let text = '';
    for await (const delta of streamed.textStream) text += delta;
    assert.equal(text, whole.text);
    assert.equal((await streamed.usage).outputTokens, 15);
    assert.equal(await streamed.finishReason, 'length');
  });
});

describe('documents and calls', () => {
  const PERSON = z.object({ name: z.string(), age: z.number().int() });

  it('are parsed by the SDKs', async () => {
    const client = new OpenAI({ baseURL: server.baseURL, apiKey: 'none', maxRetries: 0 });
    const text = { format: zodTextFormat(PERSON, 'person') };
    const parsed = await client.responses.parse({ model: MODEL, input: 'Who?', text });
    assert.deepEqual(PERSON.parse(parsed.output_parsed), parsed.output_parsed);
    assert.deepEqual(parsed.text?.format, text.format);
    const model = createOpenAI({ baseURL: server.baseURL, apiKey: 'any' })(MODEL);
    const { object } = await generateObject({ model, schema: PERSON, prompt: 'Who?' });
    assert.deepEqual(PERSON.parse(object), object);
  });

  it('end the loop of an agent', async () => {
    const model = createOpenAI({ baseURL: server.baseURL, apiKey: 'any' })(MODEL);
    const seats = tool({
      description: 'Counts the seats of a train.',
      inputSchema: jsonSchema<{ train: string }>({
        type: 'object',
        properties: { train: { type: 'string' } },
        required: ['train'],
        additionalProperties: false,
      }),
      execute: async ({ train }) => `${train}: 40`,
    });
    const prompt = 'Count the seats of the train.';
    const stopWhen = stepCountIs(3);
    const { steps } = await generateText({ model, prompt, stopWhen, tools: { seats } });
    assert.deepEqual(
      steps.map(({ finishReason }) => finishReason),
      ['tool-calls', 'stop'],
    );
  });

  it('are refused where a schema or a choice is wrong, which is named', async () => {
    const client = new OpenAI({ baseURL: server.baseURL, apiKey: 'none', maxRetries: 0 });
    const named = { type: 'function', name: 'f', parameters: { type: 'object' } };
    const refused: [object, string][] = [
      [{ tools: [{ type: 'function' }] }, 'tools[0].name'],
      [{ tools: [{ type: 'web_search' }, { ...named, parameters: 1 }] }, 'tools[1].parameters'],
      [{ tools: [named], tool_choice: { type: 'function', name: 'g' } }, 'tool_choice.name'],
      [{ tool_choice: 'required' }, 'tool_choice'],
      [{ text: { format: { type: 'json_schema', schema: {} } } }, 'text.format.name'],
      [
        { text: { format: { type: 'json_schema', name: 'n', schema: { type: 'x' } } } },
        'text.format.schema',
      ],
    ];
    for (const [fields, param] of refused) {
      const body = { model: MODEL, input: 'Hi', ...fields };
      await assert.rejects(client.responses.create(body), { status: 400, param });
    }
    const others = { tools: [{ type: 'web_search' }], tool_choice: { type: 'web_search' } };
    const { status } = await client.responses.create({
      model: MODEL,
      input: 'Hi',
      ...others,
    } as OpenAI.Responses.ResponseCreateParamsNonStreaming);
    assert.equal(status, 'completed');
  });
});

function outputTokensOf(message: { readonly usage_metadata?: UsageMetadata | undefined }): number {
  return message.usage_metadata?.output_tokens ?? 0;
}

describe('LangChain', () => {
  it('invokes and streams with useResponsesApi', async () => {
    const model = new ChatOpenAI({
      model: MODEL,
      apiKey: 'any',
      maxTokens: 12,
      temperature: 0,
      useResponsesApi: true,
      configuration: { baseURL: server.baseURL },
    });
    const messages = [new HumanMessage('What is a queue?')];
    const whole = await model.invoke(messages);
    assert.equal(outputTokensOf(whole), 12);
    let text = '';
    for await (const chunk of await model.stream(messages)) text += chunk.text;
    assert.ok(text.length > 12);
    assert.equal(text, whole.text);
  });
});

describe('a call of a tool', () => {
  const TOOLS = [
    { type: 'function', name: 'get_weather', parameters: null, strict: null },
  ] satisfies OpenAI.Responses.Tool[];

  it('is an item, and the answer goes on from its result', async () => {
    const client = new OpenAI({ baseURL: server.baseURL, apiKey: 'none', maxRetries: 0 });
    const asked = { model: MODEL, tools: TOOLS };
    const input = 'How is the weather?';
    const whole = await client.responses.create({ ...asked, input });
    const streamed = await client.responses.stream({ ...asked, input }).finalResponse();
    for (const { status, output } of [whole, streamed]) {
      assert.equal(status, 'completed');
      const [call] = output;
      assert.ok(output.length === 1 && call?.type === 'function_call');
      assert.deepEqual([call.name, call.arguments], ['get_weather', '{"city":"Oslo"}']);
      assert.match(call.id ?? '', /^fc_/);
      assert.match(call.call_id, /^call_/);
    }
    const [call] = streamed.output;
    assert.ok(call?.type === 'function_call');
    const result = { type: 'function_call_output', call_id: call.call_id, output: 'rain' } as const;
    const { output_text, usage } = await client.responses.create({
      ...asked,
      input: [{ role: 'user', content: input }, call, result],
    });
    assert.equal(output_text, `It rains in Oslo, says ${MODEL}.`);
    assert.ok((usage?.input_tokens ?? 0) > (streamed.usage?.total_tokens ?? 0));
  });
});

/** The events of a stream as they are on the wire, until `end` has been seen. */
async function eventsUntil(end: string, { baseURL }: TestServer): Promise<string> {
  const { body } = await fetch(`${baseURL}/responses`, {
    method: 'POST',
    body: JSON.stringify({ model: MODEL, input: 'Hello', stream: true, max_output_tokens: 2 }),
  });
  let text = '';
  for await (const part of body!.pipeThrough(new TextDecoderStream())) {
    text += part;
    if (text.includes(end)) break;
  }
  return text;
}

describe('a stream that never ends by itself', () => {
  it('has begun before its first token, and is broken by events of their own', async () => {
    const flags = '--ttft 3600000 --stream-keepalive-interval-seconds 0.1';
    const slow = await startServer(flags);
    try {
      const events = await eventsUntil('event: keepalive', slow);
      const types = [...events.matchAll(/^event: (.*)$/gm)].map(([, type]) => type);
      assert.deepEqual(types.slice(0, 3), [
        'response.created',
        'response.in_progress',
        'keepalive',
      ]);
    } finally {
      await slow.stop();
    }
  });

  it('ends with response.failed when it takes too long', async () => {
    const slow = await startServer(`${STUCK} --stream-token-timeout-seconds 1`);
    try {
      const events = await eventsUntil('never', slow);
      const [, last] = /\n\nevent: response\.failed\ndata: (.*)\n\n$/.exec(events) ?? [];
      const { response, sequence_number } = JSON.parse(last ?? '');
      assert.equal(response.status, 'failed');
      assert.equal(response.error.code, 'server_error');
      assert.equal(sequence_number, [...events.matchAll(/^event: /gm)].length - 1);
    } finally {
      await slow.stop();
    }
  });
});
