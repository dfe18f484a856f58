import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ApiError, apiError, errorBody, STATUS_LINES } from '../../shared/errors.ts';

type Row = readonly [status: number, type: string, code: string | null, error: ApiError];

const INVALID = 'invalid_request_error';
const FIELD = { param: 'f', expected: 'an integer', got: 'a string ("x")' } as const;

/** Every row of the error table of the API, with details as a caller would give them. */
const ROWS: readonly Row[] = [
  [400, INVALID, 'invalid_json', apiError('invalid_json', { reason: 'it is empty' })],
  [400, INVALID, 'missing_required_parameter', apiError('missing_required_parameter', FIELD)],
  [400, INVALID, 'invalid_type', apiError('invalid_type', FIELD)],
  [400, INVALID, 'invalid_value', apiError('invalid_value', FIELD)],
  [400, INVALID, 'empty_array', apiError('empty_array', FIELD)],
  [400, INVALID, 'unsupported_value', apiError('unsupported_value', FIELD)],
  [
    400,
    INVALID,
    'unsupported_parameter',
    apiError('unsupported_parameter', { param: 'f', reason: 'is not for this model' }),
  ],
  [
    400,
    INVALID,
    'integer_below_min_value',
    apiError('integer_below_min_value', { param: 'f', min: 1, got: 0 }),
  ],
  [
    400,
    INVALID,
    'integer_above_max_value',
    apiError('integer_above_max_value', { param: 'f', max: 1, got: 2 }),
  ],
  [
    400,
    INVALID,
    'decimal_below_min_value',
    apiError('decimal_below_min_value', { param: 'f', min: 0, got: -0.5 }),
  ],
  [
    400,
    INVALID,
    'decimal_above_max_value',
    apiError('decimal_above_max_value', { param: 'f', max: 2, got: 2.5 }),
  ],
  [
    400,
    INVALID,
    'string_above_max_length',
    apiError('string_above_max_length', { param: 'f', max: 256, got: 257 }),
  ],
  [
    400,
    INVALID,
    'array_above_max_length',
    apiError('array_above_max_length', { param: 'f', max: 4, got: 5 }),
  ],
  [
    400,
    INVALID,
    'context_length_exceeded',
    apiError('context_length_exceeded', {
      param: 'messages',
      window: 8192,
      prompt: 8000,
      completion: 200,
      total: 8200,
    }),
  ],
  [
    400,
    INVALID,
    'invalid_function_parameters',
    apiError('invalid_function_parameters', { param: 'f', reason: 'no type' }),
  ],
  [
    400,
    INVALID,
    'invalid_json_schema',
    apiError('invalid_json_schema', { param: 'f', reason: 'no type' }),
  ],
  [
    400,
    INVALID,
    'previous_response_not_found',
    apiError('previous_response_not_found', { id: 'resp_1' }),
  ],
  [
    400,
    INVALID,
    'content_policy_violation',
    apiError('content_policy_violation', { param: 'f', categories: 'violence' }),
  ],
  [
    400,
    INVALID,
    'worker_not_found',
    apiError('worker_not_found', { got: 'worker-9', expected: 'worker-0 to worker-3' }),
  ],
  [
    400,
    INVALID,
    'injection_detected',
    apiError('injection_detected', { param: 'f', reason: 'a script tag' }),
  ],
  [401, INVALID, 'missing_api_key', apiError('missing_api_key', {})],
  [401, INVALID, 'invalid_api_key', apiError('invalid_api_key', { key: 'sk-…1234' })],
  [
    403,
    'request_forbidden',
    'admin_forbidden',
    apiError('admin_forbidden', { reason: 'a proxy has forwarded it (via)' }),
  ],
  [403, 'request_forbidden', 'ip_banned', apiError('ip_banned', { seconds: 60 })],
  [409, INVALID, 'worker_down', apiError('worker_down', { worker: 'worker-1', seconds: 2 })],
  [404, INVALID, 'model_not_found', apiError('model_not_found', { model: 'x' })],
  [404, INVALID, 'unknown_url', apiError('unknown_url', { method: 'GET', path: '/v2' })],
  [
    404,
    INVALID,
    'endpoint_not_supported',
    apiError('endpoint_not_supported', { method: 'GET', path: '/v1/threads', instead: '' }),
  ],
  [
    404,
    INVALID,
    'feature_disabled',
    apiError('feature_disabled', {
      method: 'POST',
      path: '/v1/audio/speech',
      setting: 'FAKEAI_ENABLE_AUDIO=true',
    }),
  ],
  [404, INVALID, null, apiError('response_not_found', { id: 'resp_1' })],
  [
    405,
    INVALID,
    'method_not_supported',
    apiError('method_not_supported', { method: 'PUT', path: '/v1/models', allowed: 'GET' }),
  ],
  [413, INVALID, 'payload_too_large', apiError('payload_too_large', { max: 1024 })],
  [415, INVALID, 'unsupported_media_type', apiError('unsupported_media_type', { got: 'text/x' })],
  [
    429,
    'requests',
    'rate_limit_exceeded',
    apiError('rate_limit_exceeded', {
      limit: 'requests per minute',
      max: 60,
      used: 60,
      requested: 1,
      seconds: 1,
    }),
  ],
  [429, 'tokens', 'rate_limit_exceeded', apiError('request_too_large', { max: 60, requested: 61 })],
  [429, 'server_overloaded', 'queue_full', apiError('queue_full', { waiting: 1000 })],
  [429, 'insufficient_quota', 'insufficient_quota', apiError('insufficient_quota', {})],
  [500, 'server_error', 'internal_error', apiError('internal_error', {})],
  [500, 'server_error', 'worker_failed', apiError('worker_failed', {})],
  [502, 'server_error', 'bad_gateway', apiError('bad_gateway', {})],
  [
    503,
    'server_error',
    'service_unavailable',
    apiError('service_unavailable', { reason: 'draining' }),
  ],
  [504, 'server_error', 'gateway_timeout', apiError('gateway_timeout', { seconds: 300 })],
  [504, 'server_error', 'stream_timeout', apiError('stream_timeout', { seconds: 300 })],
  [504, 'server_error', 'stream_token_timeout', apiError('stream_token_timeout', { seconds: 30 })],
];

test('every code has its status, its type and a message without gaps', () => {
  for (const [status, type, code, error] of ROWS) {
    assert.deepEqual([error.status, error.type, error.code], [status, type, code]);
    assert.doesNotMatch(error.message, /[{}]|undefined/);
    assert.match(error.message, /[.?]$/);
  }
});

test('a body has message, type, param and code, with null for what there is none of', () => {
  const error = apiError('integer_above_max_value', { param: 'n', max: 128, got: 200 });
  assert.deepEqual(JSON.parse(errorBody(error)), {
    error: {
      message:
        "Invalid 'n': integer above maximum value. Expected a value <= 128, but got 200 instead.",
      type: 'invalid_request_error',
      param: 'n',
      code: 'integer_above_max_value',
    },
  });
  const bare = JSON.parse(errorBody(apiError('response_not_found', { id: 'resp_1' })));
  assert.deepEqual(Object.keys(bare.error), ['message', 'type', 'param', 'code']);
  assert.equal(bare.error.param, null);
  assert.equal(bare.error.code, null);
});

test('what a client sent cannot break the message or the body', () => {
  const error = apiError('invalid_value', { param: 'a"b', expected: 'x', got: '$& {got} "\n' });
  assert.equal(JSON.parse(errorBody(error)).error.message, error.message);
  assert.ok(error.message.includes('$& {got} "\n'));
});

test('a caller can name the param, the type and headers that the table does not know', () => {
  const limit = { limit: 'tokens', max: 1, used: 1, requested: 1, seconds: 2 };
  const error = apiError('rate_limit_exceeded', limit, {
    type: 'tokens',
    headers: [['retry-after', '2']],
  });
  assert.equal(error.type, 'tokens');
  assert.deepEqual(error.headers, [['retry-after', '2']]);
  assert.equal(apiError('model_not_found', { model: 'x' }, { param: 'model' }).param, 'model');
});

test('fixed headers stay unless a caller gives one of the same name', () => {
  assert.deepEqual(apiError('missing_api_key', {}).headers, [['www-authenticate', 'Bearer']]);
  const draining = apiError('service_unavailable', { reason: 'draining' });
  assert.deepEqual(draining.headers, [['retry-after', '1']]);
  const open = apiError(
    'service_unavailable',
    { reason: 'every circuit breaker is open' },
    {
      headers: [
        ['retry-after', '60'],
        ['x-other', '1'],
      ],
    },
  );
  assert.deepEqual(open.headers, [
    ['retry-after', '60'],
    ['x-other', '1'],
  ]);
});

test('every status line is its status and a reason phrase', () => {
  for (const [status, line] of Object.entries(STATUS_LINES)) {
    assert.match(line, new RegExp(`^${status} [A-Z][A-Za-z ]+$`));
  }
});
