import type { Rng } from '../../shared/rng.ts';
import { CHAT_PATH, chatBody } from './chat-client.ts';
import { rawGet, rawPost } from './raw-connection.ts';

/** Requests that began as good ones. */

type Json = null | boolean | number | string | Json[] | JsonSlots;
type JsonSlots = { [key: string]: Json };

/** Every field that the server reads, in one body or another. */
const BODIES: readonly object[] = [
  chatBody('Say something', {
    max_tokens: 5,
    stream: true,
    stream_options: { include_usage: true },
  }),
  chatBody('Say it twice', { n: 2, max_completion_tokens: 8, stop: ['the', ' of '], seed: 7 }),
  chatBody('Think', {
    model: 'deepseek-ai/DeepSeek-R1',
    max_tokens: 20,
    min_tokens: 2,
    ignore_eos: true,
    reasoning_effort: 'low',
    chat_template_kwargs: { enable_thinking: true },
    priority: 1,
    nvext: { backend_instance_id: 1, agent_hints: { priority: 2 } },
    cache_salt: 'tenant',
    user: 'somebody',
    prompt_cache_key: 'key',
  }),
  {
    model: 'gpt-4o',
    messages: [
      { role: 'system', content: 'You draw.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is this?' },
          {
            type: 'image_url',
            image_url: { url: 'https://example.test/a.png?width=800&height=600', detail: 'high' },
          },
          { type: 'video_url', video_url: { url: 'https://example.test/a.mp4?duration=3' } },
          { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } },
        ],
      },
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          { id: 'call_1', type: 'function', function: { name: 'look', arguments: '{"at":1}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'call_1', content: 'nothing' },
    ],
    tools: [{ type: 'function', function: { name: 'look', parameters: { type: 'object' } } }],
    temperature: 0.5,
    top_p: 1,
    presence_penalty: 0,
    logit_bias: { '50256': -100 },
    metadata: { purpose: 'test' },
    max_tokens: 3,
  },
  {
    model: 'claude-of-tests',
    system: [{ type: 'text', text: 'You look.' }],
    messages: [
      {
        role: 'user',
        content: [
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
          { type: 'document', title: 'A', source: { type: 'text', data: 'What is this?' } },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'Hm.', signature: 'AAAA' },
          { type: 'tool_use', id: 'toolu_1', name: 'look', input: { at: 1 } },
        ],
      },
      {
        role: 'user',
        content: [
          {
            type: 'tool_result',
            tool_use_id: 'toolu_1',
            content: [{ type: 'image', source: { type: 'url', url: 'https://example.test/a' } }],
          },
        ],
      },
    ],
    tools: [{ name: 'look', input_schema: { type: 'object' } }],
    thinking: { type: 'enabled', budget_tokens: 1024 },
    output_config: { effort: 'low' },
    stop_sequences: ['the', ' of '],
    metadata: { user_id: 'somebody' },
    max_tokens: 1100,
    stream: true,
  },
];

const POST_PATHS = [CHAT_PATH, CHAT_PATH, '/v1/messages', '/v1/messages/count_tokens'];

const HOSTILE: readonly Json[] = [
  null,
  true,
  0,
  -1,
  0.5,
  1e308,
  2 ** 31,
  2 ** 53,
  '',
  '\u0000',
  '\ud800',
  '__proto__',
  'stream',
  'ü'.repeat(3000),
  `https://example.test/a.png?width=${'9'.repeat(400)}`,
  'data:image/png;base64,AAAA',
  [],
  {},
  Array.from({ length: 300 }, () => ({})),
  nested(70),
];

const PATHS = [
  CHAT_PATH,
  '/v1/models',
  '/v1/models?limit=3&after=gpt-4o',
  '/v1/models/gpt-4o',
  '/health',
  '/health/detailed',
  '/ready',
  '/live',
  '/ping',
  '/version',
  '/kv-cache-metrics',
  '/metrics',
  '/metrics/prometheus',
  '/metrics/csv',
  '/admin/config',
  '/admin/routing?limit=5',
  '/v1/nothing',
];

const HEADERS = [
  'accept: application/json, text/plain, */*',
  'accept: text/event-stream;q=x, ,',
  'authorization: Bearer \t',
  `x-request-id: ${'r'.repeat(700)}`,
  'x-request-id: a"b\\c',
  'origin: https://evil.example',
  'x-session-id: \u00e9\u00e9',
  'x-forwarded-for: 1.2.3.4',
  'content-encoding: gzip',
  'content-type: multipart/form-data',
  'access-control-request-method: DELETE',
];

/** A request whose bytes are framed as HTTP wants them, so that it has an answer. */
export function mutatedRequest(rng: Rng): string {
  const headers = Array.from({ length: rng.below(3) }, () => pick(rng, HEADERS));
  if (rng.below(5) > 0) {
    return rawPost(pick(rng, POST_PATHS), mutatedBody(rng), headers);
  }
  const method = pick(rng, ['GET', 'GET', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']);
  let path = pick(rng, PATHS);
  if (rng.below(2) > 0) path += pick(rng, ['?', '&limit=-1', '?after=%00', '%', '/', '?a=%zz&&=']);
  return rawGet(path, headers).replace('GET', method);
}

/** Bytes that were a request or two. */
export function mutatedBytes(rng: Rng): Buffer {
  let bytes = Buffer.from(mutatedRequest(rng) + (rng.below(3) > 0 ? '' : mutatedRequest(rng)));
  for (let times = 1 + rng.below(4); times > 0; times--) bytes = spoil(rng, bytes);
  return bytes;
}

/** JSON with a few wrong values, or what was JSON. */
function mutatedBody(rng: Rng): string {
  const body = structuredClone(pick(rng, BODIES)) as JsonSlots;
  for (let times = rng.below(4); times > 0; times--) mutate(rng, body);
  const text = JSON.stringify(body);
  return rng.below(4) > 0 ? text : spoil(rng, Buffer.from(text)).toString('latin1');
}

/** Changes one value somewhere in `slots`, an object or an array. */
function mutate(rng: Rng, slots: JsonSlots): void {
  const keys = Object.keys(slots);
  if (keys.length === 0) return;
  const key = pick(rng, keys);
  const value = slots[key] ?? null;
  if (typeof value === 'object' && value !== null && rng.below(3) > 0) {
    mutate(rng, value as JsonSlots);
    return;
  }
  const change = rng.below(5);
  if (change === 0) delete slots[key];
  else if (change === 1) slots[key] = [value, value];
  else slots[key] = structuredClone(pick(rng, HOSTILE));
}

/** Cuts, repeats or overwrites a part. */
function spoil(rng: Rng, bytes: Buffer): Buffer<ArrayBuffer> {
  const at = rng.below(bytes.length);
  const end = Math.min(bytes.length, at + 1 + rng.below(20));
  const parts = [bytes.subarray(0, at), bytes.subarray(end)] as const;
  const junk = Buffer.from(Array.from({ length: 1 + rng.below(9) }, () => rng.below(256)));
  const insert = pick(rng, [
    junk,
    Buffer.from('\r\n'),
    Buffer.from('\r\n\r\n'),
    Buffer.from('"[{'),
  ]);
  const change = rng.below(5);
  if (change === 0) return Buffer.from(parts[0]);
  if (change === 1) return Buffer.concat(parts);
  if (change === 2) return Buffer.concat([bytes.subarray(0, end), bytes.subarray(at)]);
  return Buffer.concat([parts[0], insert, parts[1]]);
}

function nested(depth: number): Json {
  return depth === 0 ? 1 : [nested(depth - 1)];
}

function pick<T>(rng: Rng, values: readonly T[]): T {
  return values[rng.below(values.length)] as T;
}
