import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChatRequest } from '../../../../gateway/api/openai/chat-request.ts';
import { ApiError } from '../../../../shared/errors.ts';
import { parseChatRequest } from '../../../support/chat-requests.ts';

type Body = Record<string, unknown>;

const MESSAGES = [{ role: 'user', content: 'hello' }];

function body(fields: Body): Body {
  return { model: 'm', messages: MESSAGES, ...fields };
}

function accept(fields: Body): ChatRequest {
  const request = parseChatRequest(body(fields));
  assert.ok(!(request instanceof ApiError), JSON.stringify(request));
  return request;
}

function reject(fields: Body): ApiError {
  const error = parseChatRequest(body(fields));
  assert.ok(error instanceof ApiError, `accepted ${JSON.stringify(fields)}`);
  assert.equal(error.status, 400);
  return error;
}

test('a request with the required fields alone has every default', () => {
  assert.deepEqual(accept({}), {
    model: 'm',
    messages: MESSAGES,
    tools: [],
    outputLimit: undefined,
    minTokens: 0,
    ignoreEos: false,
    stream: false,
    usageMode: 'none',
    topLogprobs: undefined,
    choices: 1,
    stop: [],
    seed: undefined,
    repeatable: false,
    reasoningEffort: undefined,
    enableThinking: undefined,
    priority: 0,
    cacheSalt: '',
    user: undefined,
    promptCacheKey: undefined,
    pinnedWorker: undefined,
  });
});

/** Fields that say what their default says: `null` counts as absent. */
test('null is the same as no field', () => {
  const names = [
    'max_completion_tokens max_tokens min_tokens ignore_eos stream stream_options n stop seed tools',
    'functions reasoning_effort chat_template_kwargs priority cache_salt user prompt_cache_key nvext',
    'temperature top_p presence_penalty frequency_penalty logit_bias metadata',
  ].flatMap((line) => line.split(' '));
  assert.deepEqual(accept(Object.fromEntries(names.map((name) => [name, null]))), accept({}));
  const nested = {
    stream: true,
    stream_options: { include_usage: null },
    nvext: { agent_hints: null },
  };
  assert.deepEqual(accept(nested), accept({ stream: true }));
});

/** Each row: fields of a body, and what they resolve to. */
const TOOL = { type: 'function', function: { name: 'f' } };
const RESOLVED: readonly (readonly [Body, Partial<ChatRequest>])[] = [
  [{ model: 'x'.repeat(256) }, { model: 'x'.repeat(256) }],
  [{ max_tokens: 7 }, { outputLimit: 7 }],
  [{ max_tokens: 7, max_completion_tokens: 9 }, { outputLimit: 9 }],
  [
    { max_tokens: 7, min_tokens: 7, ignore_eos: true },
    { minTokens: 7, ignoreEos: true },
  ],
  [{ min_tokens: 100_000 }, { minTokens: 100_000 }],
  [{ stream: true }, { stream: true, usageMode: 'none' }],
  [{ stream: true, stream_options: {} }, { usageMode: 'none' }],
  [{ stream: true, stream_options: { include_usage: true } }, { usageMode: 'final' }],
  [
    { stream: true, stream_options: { include_usage: true, continuous_usage_stats: true } },
    { usageMode: 'continuous' },
  ],
  [{ stream: true, stream_options: { continuous_usage_stats: true } }, { usageMode: 'none' }],
  [{ n: 128 }, { choices: 128 }],
  [{ n: 1.0 }, { choices: 1 }],
  [{ stop: '\n' }, { stop: ['\n'] }],
  [{ stop: ['a', 'b', 'c', 'd'] }, { stop: ['a', 'b', 'c', 'd'] }],
  [{ seed: -5 }, { seed: -5, repeatable: true }],
  [{ seed: 0 }, { seed: 0, repeatable: true }],
  [{ seed: 2 ** 63 - 1 }, { seed: 2 ** 63 - 1 }],
  [{ temperature: 0 }, { repeatable: true }],
  [{ temperature: 0.1 }, { repeatable: false }],
  [{ reasoning_effort: 'xhigh' }, { reasoningEffort: 'xhigh' }],
  [{ chat_template_kwargs: { enable_thinking: false } }, { enableThinking: false }],
  [{ priority: -3 }, { priority: -3 }],
  [{ nvext: { agent_hints: { priority: 10 } } }, { priority: -10 }],
  [{ priority: 2, nvext: { agent_hints: { priority: 10 } } }, { priority: 2 }],
  [{ nvext: { backend_instance_id: 2, annotations: ['x'] } }, { pinnedWorker: 2 }],
  [
    { cache_salt: 's', user: 'u', prompt_cache_key: 'k' },
    { cacheSalt: 's', promptCacheKey: 'k' },
  ],
  [{ tools: [TOOL] }, { tools: [TOOL] }],
  [{ functions: [{ name: 'f' }] }, { tools: [{ name: 'f' }] }],
];

test('fields resolve to what later steps need', () => {
  for (const [fields, expected] of RESOLVED) {
    const request = accept(fields);
    assert.deepEqual({ ...request, ...expected }, request, JSON.stringify(fields));
  }
});

test('every field that load generators and other servers know is accepted', () => {
  accept({
    top_k: 1,
    min_p: 0.1,
    repetition_penalty: 1,
    best_of: 1,
    use_beam_search: false,
    add_special_tokens: true,
    kv_transfer_params: {},
    guided_json: {},
    service_tier: 'auto',
    store: true,
    logprobs: true,
    top_logprobs: 2,
    response_format: { type: 'json_object' },
    tool_choice: 'auto',
    parallel_tool_calls: true,
    modalities: ['text'],
    prediction: { type: 'content', content: 'x' },
    temperature: 2,
    top_p: 1,
    presence_penalty: -2,
    frequency_penalty: 2,
    logit_bias: { 50256: -100 },
    metadata: { project_id: 'p' },
    '': { nested: [null] },
  });
});

/** Each row: fields of a body, the code and the param of the error they get. */
const REJECTED: readonly (readonly [Body, string, string])[] = [
  [{ model: undefined }, 'missing_required_parameter', 'model'],
  [{ model: null }, 'missing_required_parameter', 'model'],
  [{ model: 5 }, 'invalid_type', 'model'],
  [{ model: '' }, 'invalid_value', 'model'],
  [{ model: 'x'.repeat(257) }, 'string_above_max_length', 'model'],
  [{ messages: null }, 'missing_required_parameter', 'messages'],
  [{ max_completion_tokens: 0 }, 'integer_below_min_value', 'max_completion_tokens'],
  [{ max_completion_tokens: 2 ** 31 }, 'integer_above_max_value', 'max_completion_tokens'],
  [{ max_tokens: '5' }, 'invalid_type', 'max_tokens'],
  [{ max_tokens: 1.5 }, 'invalid_type', 'max_tokens'],
  [{ max_tokens: -1 }, 'integer_below_min_value', 'max_tokens'],
  [{ max_tokens: true }, 'invalid_type', 'max_tokens'],
  [{ min_tokens: -1 }, 'integer_below_min_value', 'min_tokens'],
  [{ min_tokens: 6, max_tokens: 5 }, 'integer_above_max_value', 'min_tokens'],
  [{ ignore_eos: 'true' }, 'invalid_type', 'ignore_eos'],
  [{ stream: 1 }, 'invalid_type', 'stream'],
  [{ stream_options: { include_usage: true } }, 'unsupported_parameter', 'stream_options'],
  [{ stream: true, stream_options: [] }, 'invalid_type', 'stream_options'],
  [
    { stream: true, stream_options: { include_usage: 'yes' } },
    'invalid_type',
    'stream_options.include_usage',
  ],
  [
    { stream: true, stream_options: { continuous_usage_stats: 1 } },
    'invalid_type',
    'stream_options.continuous_usage_stats',
  ],
  [{ n: 0 }, 'integer_below_min_value', 'n'],
  [{ n: 129 }, 'integer_above_max_value', 'n'],
  [{ n: [1] }, 'invalid_type', 'n'],
  [{ stop: 5 }, 'invalid_type', 'stop'],
  [{ stop: '' }, 'invalid_value', 'stop'],
  [{ stop: [] }, 'empty_array', 'stop'],
  [{ stop: ['a', 'b', 'c', 'd', 'e'] }, 'array_above_max_length', 'stop'],
  [{ stop: ['a', null] }, 'invalid_type', 'stop[1]'],
  [{ stop: ['a', ''] }, 'invalid_value', 'stop[1]'],
  [{ stop: ['a', 'b'.repeat(1025)] }, 'string_above_max_length', 'stop[1]'],
  [{ seed: 'x' }, 'invalid_type', 'seed'],
  [{ seed: 1e19 }, 'integer_above_max_value', 'seed'],
  [{ seed: -1e19 }, 'integer_below_min_value', 'seed'],
  [{ reasoning_effort: 'extreme' }, 'invalid_value', 'reasoning_effort'],
  [{ reasoning_effort: 3 }, 'invalid_type', 'reasoning_effort'],
  [{ chat_template_kwargs: 'x' }, 'invalid_type', 'chat_template_kwargs'],
  [
    { chat_template_kwargs: { enable_thinking: 'no' } },
    'invalid_type',
    'chat_template_kwargs.enable_thinking',
  ],
  [{ priority: 0.5 }, 'invalid_type', 'priority'],
  [{ priority: 2 ** 31 }, 'integer_above_max_value', 'priority'],
  [{ cache_salt: 7 }, 'invalid_type', 'cache_salt'],
  [{ user: {} }, 'invalid_type', 'user'],
  [{ prompt_cache_key: [] }, 'invalid_type', 'prompt_cache_key'],
  [{ nvext: 'x' }, 'invalid_type', 'nvext'],
  [{ nvext: { backend_instance_id: -1 } }, 'integer_below_min_value', 'nvext.backend_instance_id'],
  [{ nvext: { agent_hints: 1 } }, 'invalid_type', 'nvext.agent_hints'],
  [{ nvext: { agent_hints: { priority: 'x' } } }, 'invalid_type', 'nvext.agent_hints.priority'],
  [{ temperature: -0.1 }, 'decimal_below_min_value', 'temperature'],
  [{ temperature: 2.1 }, 'decimal_above_max_value', 'temperature'],
  [{ temperature: '1' }, 'invalid_type', 'temperature'],
  [{ top_p: 1.1 }, 'decimal_above_max_value', 'top_p'],
  [{ presence_penalty: -3 }, 'decimal_below_min_value', 'presence_penalty'],
  [{ frequency_penalty: 3 }, 'decimal_above_max_value', 'frequency_penalty'],
  [{ logit_bias: [] }, 'invalid_type', 'logit_bias'],
  [{ logit_bias: { 7: 101 } }, 'decimal_above_max_value', 'logit_bias.7'],
  [{ logit_bias: { ['7'.repeat(999)]: '1' } }, 'invalid_type', `logit_bias.${'7'.repeat(64)}`],
  [{ metadata: 'x' }, 'invalid_type', 'metadata'],
  [{ metadata: { a: 1 } }, 'invalid_type', 'metadata.a'],
  [{ metadata: { a: 'x'.repeat(513) } }, 'string_above_max_length', 'metadata.a'],
  [{ metadata: { ['k'.repeat(65)]: 'x' } }, 'invalid_value', `metadata.${'k'.repeat(64)}`],
  [
    { metadata: Object.fromEntries(Array.from({ length: 17 }, (_, key) => [key, 'x'])) },
    'invalid_value',
    'metadata',
  ],
];

test('a wrong field is refused with its code and its path', () => {
  for (const [fields, code, param] of REJECTED) {
    const error = reject(fields);
    assert.deepEqual([error.code, error.param], [code, param], JSON.stringify(fields));
    assert.ok(error.message.includes(`'${param}'`), error.message);
  }
});

test('of several problems the first in the order of the fields is reported', () => {
  const wrong = { temperature: 9, n: 0, stop: [], messages: 5, max_tokens: 'x' };
  assert.equal(reject(wrong).param, 'messages');
  assert.equal(reject({ ...wrong, messages: MESSAGES }).param, 'max_tokens');
  assert.equal(reject({ ...wrong, messages: MESSAGES, max_tokens: 1 }).param, 'n');
  assert.equal(reject({ temperature: 9, n: 1, stop: [] }).param, 'stop');
});

test('messages say what was got and what is allowed', () => {
  assert.equal(
    reject({ max_tokens: '5' }).message,
    'Invalid type for \'max_tokens\': expected an integer, without quotes, but got a string ("5") instead.',
  );
  assert.equal(
    reject({ n: 200 }).message,
    "Invalid 'n': integer above maximum value. Expected a value <= 128, but got 200 instead.",
  );
  assert.match(
    reject({ reasoning_effort: 'x' }).message,
    /got a string \("x"\)\. Send one of 'none'/,
  );
  assert.match(reject({ user: 'x', model: ['long'] }).message, /got an array of 1 instead/);
  assert.ok(reject({ stop: ['a', 1e300] }).message.length < 200);
});
