import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { post } from '../support/chat-client.ts';
import { INSTANT, startServer, type TestServer } from '../support/server.ts';

/** Every byte of small answers of a server with a fixed seed, but for ids and times. */

let server: TestServer;
before(async () => {
  server = await startServer(`${INSTANT} --seed 7`);
});
after(() => server.stop());

async function bytesOf(fields: Record<string, unknown>): Promise<string[]> {
  const messages = [{ role: 'user', content: 'Why?' }];
  const body = { model: 'm', messages, max_tokens: 2, seed: 1, ...fields };
  const text = await (await post(server, body)).text();
  return text
    .replaceAll(/chatcmpl-\w{24}/g, 'ID')
    .replaceAll(/"created":\d+/g, '"created":0')
    .split('\n\n');
}

const FINGERPRINT = '"system_fingerprint":"fp_1a862d6eb6"';

function usage(completion: number, reasoning = 0): string {
  return (
    `{"prompt_tokens":9,"completion_tokens":${completion},"total_tokens":${9 + completion}` +
    ',"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0}' +
    `,"completion_tokens_details":{"reasoning_tokens":${reasoning},"audio_tokens":0` +
    ',"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}'
  );
}

function choice(index: number, content: string, reason: string, reasoning = ''): string {
  return (
    `{"index":${index},"message":{"role":"assistant","content":"${content}","refusal":null` +
    `${reasoning}},"logprobs":null,"finish_reason":"${reason}"}`
  );
}

function whole(model: string, choices: readonly string[], used: string): string[] {
  return [
    `{"id":"ID","object":"chat.completion","created":0,"model":"${model}"` +
      `,"choices":[${choices.join()}],"usage":${used},${FINGERPRINT},"service_tier":"default"}`,
  ];
}

function chunk(model: string, choices: string, used: string): string {
  return (
    `data: {"id":"ID","object":"chat.completion.chunk","created":0,"model":"${model}"` +
    `,${FINGERPRINT},"choices":[${choices}]${used}}`
  );
}

function delta(content: string, reason = 'null'): string {
  return `{"index":0,"delta":{${content}},"logprobs":null,"finish_reason":${reason}}`;
}

const ROLE = delta('"role":"assistant","content":""');
const CUT = delta('', '"length"');
const END = ['data: [DONE]', ''];

test('a whole answer is one object, with its choices, its reasoning and its end', async () => {
  assert.deepEqual(await bytesOf({}), whole('m', [choice(0, 'The island', 'length')], usage(2)));
  assert.deepEqual(
    await bytesOf({ n: 2 }),
    whole('m', [choice(0, 'The island', 'length'), choice(1, 'Fast systems', 'length')], usage(4)),
  );
  assert.deepEqual(
    await bytesOf({ max_tokens: 40, stop: ['o'] }),
    whole('m', [choice(0, 'The island has ', 'stop')], usage(4)),
  );
  const thought = ',"reasoning_content":"Yes"';
  assert.deepEqual(
    await bytesOf({ model: 'gpt-oss', max_tokens: 3 }),
    whole('gpt-oss', [choice(0, 'An average', 'length', thought)], usage(3, 1)),
  );
});

test('a stream has an event for the role, for each token and for the end', async () => {
  const events = [ROLE, delta('"content":"The"'), delta('"content":" island"'), CUT];
  assert.deepEqual(await bytesOf({ stream: true }), [
    ...events.map((event) => chunk('m', event, '')),
    ...END,
  ]);
  assert.deepEqual(await bytesOf({ stream: true, stream_options: { include_usage: true } }), [
    ...events.map((event) => chunk('m', event, ',"usage":null')),
    chunk('m', '', `,"usage":${usage(2)}`),
    ...END,
  ]);
});

test('a stream of a model that reasons says the usage so far, where it is asked to', async () => {
  const stream_options = { include_usage: true, continuous_usage_stats: true };
  const events = [
    [ROLE, usage(0)],
    [delta('"reasoning_content":"Yes"'), usage(1, 1)],
    [delta('"content":"An"'), usage(2, 1)],
    [delta('"content":" average"'), usage(3, 1)],
    [CUT, usage(3, 1)],
    ['', usage(3, 1)],
  ] as const;
  assert.deepEqual(
    await bytesOf({ model: 'gpt-oss', max_tokens: 3, stream: true, stream_options }),
    [...events.map(([event, used]) => chunk('gpt-oss', event, `,"usage":${used}`)), ...END],
  );
});

test('an error is one object', async () => {
  assert.deepEqual(await bytesOf({ n: 0 }), [
    '{"error":{"message":"Invalid \'n\': integer below minimum value. Expected a value >= 1, but ' +
      'got 0 instead.","type":"invalid_request_error","param":"n","code":"integer_below_min_value"}}',
  ]);
});
