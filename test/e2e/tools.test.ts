import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createOpenAI } from '@ai-sdk/openai';
import { HumanMessage } from '@langchain/core/messages';
import { ChatOpenAI } from '@langchain/openai';
import { generateObject, generateText, stepCountIs, tool } from 'ai';
import OpenAI from 'openai';
import { zodFunction, zodResponseFormat } from 'openai/helpers/zod';
import { z } from 'zod';
import { INSTANT, startServer, type TestServer } from '../support/server.ts';

/** Tools and structured output, as SDKs and frameworks of agents use them. */

const MODEL = 'org/plain-model';
const MESSAGES = [
  { role: 'user', content: 'What is the weather in Paris today?' },
] satisfies OpenAI.ChatCompletionMessageParam[];
const WEATHER = z.object({ city: z.string(), unit: z.enum(['celsius', 'fahrenheit']) });
const EVENT = z.object({
  name: z.string(),
  day: z.iso.date(),
  people: z.array(z.object({ name: z.string(), age: z.number().int().min(0).max(120) })),
});
const TOOLS = [
  zodFunction({ name: 'get_weather', description: 'Weather of a city', parameters: WEATHER }),
  zodFunction({
    name: 'send_mail',
    description: 'Sends mail',
    parameters: z.object({ to: z.string() }),
  }),
];

let server: TestServer;
let client: OpenAI;
before(async () => {
  server = await startServer(INSTANT);
  client = new OpenAI({ baseURL: server.baseURL, apiKey: 'any', maxRetries: 0 });
});
after(() => server.stop());

describe('tools of the openai package', () => {
  it('calls what the message is about, with valid arguments taken from it', async () => {
    const { choices, usage } = await client.chat.completions.create({
      model: MODEL,
      messages: MESSAGES,
      tools: TOOLS,
    });
    assert.equal(choices[0]?.finish_reason, 'tool_calls');
    assert.equal(choices[0].message.content, null);
    const calls = choices[0].message.tool_calls ?? [];
    assert.equal(calls.length, 1);
    assert.ok(calls[0]?.type === 'function');
    assert.match(calls[0].id, /^call_[0-9A-Za-z]{24}$/);
    assert.equal(calls[0].function.name, 'get_weather');
    assert.equal(WEATHER.parse(JSON.parse(calls[0].function.arguments)).city, 'Paris');
    assert.ok((usage?.completion_tokens ?? 0) > 5);
  });

  it('streams the same call', async () => {
    const asked = { model: MODEL, messages: MESSAGES, tools: TOOLS, temperature: 0 };
    const whole = await client.chat.completions.create(asked);
    const stream = client.chat.completions.stream(asked);
    const streamed = await stream.finalChatCompletion();
    const [a] = whole.choices[0]?.message.tool_calls ?? [];
    const [b] = streamed.choices[0]?.message.tool_calls ?? [];
    assert.ok(a?.type === 'function' && b?.type === 'function');
    assert.deepEqual(
      { ...b.function, parsed_arguments: null },
      { ...a.function, parsed_arguments: null },
    );
    assert.equal(streamed.choices[0]?.finish_reason, 'tool_calls');
  });

  it('never answers prose where a call is required', async () => {
    for (const tool_choice of [
      'required',
      { type: 'function', function: { name: 'send_mail' } },
    ] as const) {
      const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'Hm.' }];
      const asked = { model: MODEL, messages, tools: TOOLS, tool_choice };
      const { choices } = await client.chat.completions.create(asked);
      assert.equal(choices[0]?.finish_reason, 'tool_calls');
    }
  });

  it('answers with text after the result of a tool, so that a loop ends', async () => {
    const runner = client.chat.completions.runTools({
      model: MODEL,
      messages: MESSAGES,
      tools: [
        zodFunction({
          name: 'get_weather',
          description: 'Weather of a city',
          parameters: WEATHER,
          function: ({ city }) => `Sunny in ${city}.`,
        }),
      ],
    });
    assert.match((await runner.finalContent()) ?? '', /^[A-Z].*\.$/s);
    assert.match((await runner.finalFunctionToolCallResult()) ?? '', /^Sunny in Paris/);
  });

  it('refuses a schema of which no arguments can be made', async () => {
    const parameters = { type: 'object', properties: { a: { type: 'text' } }, required: ['a'] };
    const asked = {
      model: MODEL,
      messages: MESSAGES,
      tools: [{ type: 'function' as const, function: { name: 'a', parameters } }],
      tool_choice: 'required' as const,
    };
    await assert.rejects(client.chat.completions.create(asked), (error) => {
      assert.ok(error instanceof OpenAI.BadRequestError);
      assert.equal(error.code, 'invalid_function_parameters');
      assert.equal(error.param, 'tools[0].function.parameters');
      return true;
    });
  });

  it('answers the older form with a function_call', async () => {
    const functions = [{ name: 'get_weather', parameters: z.toJSONSchema(WEATHER) }];
    const asked = { model: MODEL, messages: MESSAGES, functions };
    const { choices } = await client.chat.completions.create(asked);
    assert.equal(choices[0]?.finish_reason, 'function_call');
    WEATHER.parse(JSON.parse(choices[0].message.function_call?.arguments ?? ''));
  });
});

describe('structured output', () => {
  it('is parsed by zod, whole and streamed', async () => {
    const response_format = zodResponseFormat(EVENT, 'event');
    const asked = { model: MODEL, messages: MESSAGES, response_format };
    const { choices } = await client.chat.completions.parse(asked);
    EVENT.parse(choices[0]?.message.parsed);
    const streamed = await client.chat.completions.stream(asked).finalChatCompletion();
    EVENT.parse(streamed.choices[0]?.message.parsed);
  });

  it('is an object where any will do, and breaks off with length at its limit', async () => {
    const response_format = { type: 'json_object' } as const;
    const asked = { model: MODEL, messages: MESSAGES, response_format };
    const { choices } = await client.chat.completions.create(asked);
    assert.equal(typeof JSON.parse(choices[0]?.message.content ?? ''), 'object');
    const cut = await client.chat.completions.create({ ...asked, max_completion_tokens: 3 });
    assert.equal(cut.choices[0]?.finish_reason, 'length');
    assert.equal(cut.usage?.completion_tokens, 3);
  });

  it('refuses a strict schema that does not keep to the rules', async () => {
    const schema = { type: 'object', properties: { a: { type: 'string' } } };
    const json_schema = { name: 'a', strict: true, schema };
    const response_format = { type: 'json_schema', json_schema } as const;
    const asked = { model: MODEL, messages: MESSAGES, response_format };
    await assert.rejects(client.chat.completions.create(asked), /additionalProperties/);
  });
});

describe('other clients', () => {
  it('generateObject of the AI SDK gets an object of its schema', async () => {
    const model = createOpenAI({ baseURL: server.baseURL, apiKey: 'any' }).chat(MODEL);
    const { object } = await generateObject({ model, schema: EVENT, prompt: 'An event.' });
    EVENT.parse(object);
  });

  it('an agent of the AI SDK comes to an answer', async () => {
    const model = createOpenAI({ baseURL: server.baseURL, apiKey: 'any' }).chat(MODEL);
    const execute = async ({ city }: z.infer<typeof WEATHER>) => `Sunny in ${city}.`;
    const weather = tool({ description: 'Weather of a city', inputSchema: WEATHER, execute });
    const prompt = 'What is the weather in Paris?';
    const asked = { model, tools: { weather }, prompt, stopWhen: stepCountIs(5) };
    const { steps, text } = await generateText(asked);
    assert.equal(steps.length, 2);
    assert.match(text, /\.$/);
  });

  it('LangChain reads calls', async () => {
    const configuration = { baseURL: server.baseURL };
    const model = new ChatOpenAI({ model: MODEL, apiKey: 'any', configuration }).bindTools(TOOLS);
    const message = await model.invoke([new HumanMessage('What is the weather in Paris?')]);
    assert.equal(message.tool_calls?.[0]?.name, 'get_weather');
  });
});
