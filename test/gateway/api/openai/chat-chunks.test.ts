import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChatChunks } from '../../../../gateway/api/openai/chat-chunks.ts';
import type { AnswerHead } from '../../../../gateway/api/openai/chat-response.ts';
import { type UsageMode, usageJson } from '../../../../gateway/api/openai/usage.ts';
import type { ChoiceText } from '../../../../gateway/generate/answer-encoder.ts';
import type { Usage } from '../../../../gateway/generate/usage.ts';
import { apiError } from '../../../../shared/errors.ts';

const HEAD: AnswerHead = {
  id: 'chatcmpl-1',
  createdS: 1_750_000_000,
  modelJson: '"a/\\"b\\""',
  fingerprint: 'fp_0123456789',
};

const USAGE: Usage = {
  promptTokens: 10,
  cachedTokens: 0,
  promptAudioTokens: 0,
  completionTokens: 2,
  reasoningTokens: 1,
};

/** One stream of two choices, the first with reasoning. */
function events(mode: UsageMode): string[] {
  const chunks = new ChatChunks(HEAD, mode);
  return [
    chunks.begin(0, USAGE),
    chunks.token(0, 'reasoning', ' why', USAGE, 7, 0),
    chunks.begin(1, USAGE),
    chunks.token(1, 'text', ' b', USAGE, 7, 0),
    chunks.token(0, 'text', ' a', USAGE, 7, 0),
    chunks.finish(1, 'length', USAGE),
    chunks.finish(0, 'stop', USAGE),
  ];
}

/** The payload of an event that keeps to the framing every client can read. */
function payload(event: string) {
  assert.match(event, /^data: \{[^\n\r]*\}\n\n$/);
  return JSON.parse(event.slice('data: '.length));
}

test('a stream says role, reasoning, content and end of each choice', () => {
  const deltas = events('none').map((event) => {
    const chunk = payload(event);
    const [choice] = chunk.choices;
    assert.deepEqual(chunk, {
      id: 'chatcmpl-1',
      object: 'chat.completion.chunk',
      created: 1_750_000_000,
      model: 'a/"b"',
      system_fingerprint: 'fp_0123456789',
      choices: [{ ...choice, logprobs: null }],
    });
    return [choice.index, choice.delta, choice.finish_reason];
  });
  assert.deepEqual(deltas, [
    [0, { role: 'assistant', content: '' }, null],
    [0, { reasoning_content: ' why' }, null],
    [1, { role: 'assistant', content: '' }, null],
    [1, { content: ' b' }, null],
    [0, { content: ' a' }, null],
    [1, {}, 'length'],
    [0, {}, 'stop'],
  ]);
});

test('usage is absent, null or cumulative, as the client has asked', () => {
  const plain = events('none').map(payload);
  const final = events('final').map(payload);
  const continuous = events('continuous').map(payload);
  plain.forEach((chunk, index) => {
    assert.ok(!('usage' in chunk));
    assert.deepEqual(final[index], { ...chunk, usage: null });
    assert.deepEqual(continuous[index], { ...chunk, usage: JSON.parse(usageJson(USAGE)) });
  });
});

test('the usage event has no choices, and is there only if it was asked for', () => {
  assert.equal(new ChatChunks(HEAD, 'none').close(USAGE), '');
  for (const mode of ['final', 'continuous'] as const) {
    const chunk = payload(new ChatChunks(HEAD, mode).close(USAGE));
    assert.deepEqual(chunk.choices, []);
    assert.equal(chunk.usage.total_tokens, 12);
    assert.equal(chunk.id, 'chatcmpl-1');
  }
});

test('cumulative usage is that of the moment of the call', () => {
  const chunks = new ChatChunks(HEAD, 'continuous');
  const usage = { ...USAGE, completionTokens: 0 };
  for (let token = 1; token <= 3; token++) {
    usage.completionTokens = token;
    assert.equal(payload(chunks.token(0, 'text', 'x', usage, 7, 0)).usage.completion_tokens, token);
  }
});

test('only an error event has the key error, and it has nothing else', () => {
  const error = payload(new ChatChunks(HEAD, 'none').error(apiError('worker_failed', {})));
  assert.deepEqual(Object.keys(error), ['error']);
  assert.equal(error.error.code, 'worker_failed');
  for (const event of events('final')) assert.ok(!('error' in payload(event)));
  assert.equal(new ChatChunks(HEAD, 'none').end, 'data: [DONE]\n\n');
});

test('an event is as long as said, whatever the name of the model, and no longer than the bound', () => {
  const usage = { ...USAGE, promptTokens: 16_777_216, completionTokens: 16_777_216 };
  for (const modelJson of ['"m"', '"мо\u{1f600}ель"']) {
    for (const mode of ['none', 'final', 'continuous'] as const) {
      const chunks = new ChatChunks({ ...HEAD, modelJson }, mode);
      for (const event of [
        chunks.begin(127, usage),
        chunks.token(0, 'text', 'word', usage, 7, 0),
        chunks.token(127, 'text', 'word', usage, 7, 0),
        chunks.token(127, 'reasoning', 'word', usage, 7, 0),
        chunks.finish(127, 'content_filter', usage),
        chunks.close(usage),
      ]) {
        if (event === '') continue;
        const bytes = Buffer.byteLength(event);
        assert.equal(event.length + chunks.extraBytes, bytes);
        assert.ok(bytes <= chunks.bytesMax(4), `${bytes} bytes`);
      }
    }
  }
});

test('a call is opened by its name, and its arguments follow token by token', () => {
  const text: ChoiceText = {
    finishReason: 'tool_calls',
    seed: 7,
    segments: [
      { kind: 'call', call: { id: 'call_1', name: 'look' } },
      { kind: 'call', call: { id: '', name: 'find' } },
    ],
    tokensOf: () => 1,
    textOf: () => '',
  };
  const chunks = new ChatChunks(HEAD, 'none', undefined, true);
  const deltaOf = (event: string) => JSON.parse(event.slice(6)).choices[0].delta;
  assert.deepEqual(deltaOf(chunks.segments?.begin(0, text, 0, USAGE) ?? ''), {
    tool_calls: [
      { index: 0, id: 'call_1', type: 'function', function: { name: 'look', arguments: '' } },
    ],
  });
  assert.deepEqual(deltaOf(chunks.token(0, 'call', '{\\"a', USAGE, 7, 1)), {
    tool_calls: [{ index: 0, function: { arguments: '{"a' } }],
  });
  assert.deepEqual(deltaOf(chunks.segments?.begin(0, text, 1, USAGE) ?? ''), {
    function_call: { name: 'find', arguments: '' },
  });
  assert.deepEqual(deltaOf(chunks.token(0, 'call', '{}', USAGE, 7, 2)), {
    function_call: { arguments: '{}' },
  });
  assert.equal(chunks.segments?.end(0, text, 1, USAGE), '');
  assert.deepEqual(deltaOf(chunks.token(0, 'refusal', 'No', USAGE, 7, 1)), { refusal: 'No' });
});
