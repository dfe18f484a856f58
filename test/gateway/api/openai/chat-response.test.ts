import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AnswerHead, ChatResponse } from '../../../../gateway/api/openai/chat-response.ts';
import { type ChoiceText, SLICE_TOKENS } from '../../../../gateway/generate/answer-encoder.ts';
import type { FinishReason } from '../../../../gateway/generate/finish.ts';
import type { Usage } from '../../../../gateway/generate/usage.ts';

const HEAD: AnswerHead = {
  id: 'chatcmpl-1',
  createdS: 1_750_000_000,
  modelJson: '"a/\\"b\\""',
  fingerprint: 'fp_0123456789',
};

const USAGE: Usage = {
  promptTokens: 100,
  cachedTokens: 64,
  promptAudioTokens: 3,
  completionTokens: 20,
  reasoningTokens: 8,
};

/** A choice whose tokens are characters. */
function choice(content: string, reasoning: string, finishReason: FinishReason): ChoiceText {
  const thought = { kind: 'reasoning', text: reasoning } as const;
  const said = { kind: 'text', text: content } as const;
  const segments = reasoning === '' ? [said] : [thought, said];
  return {
    finishReason,
    seed: 7,
    segments,
    tokensOf: (segment) => segments[segment]?.text.length ?? 0,
    textOf: (segment, from, to) => segments[segment]?.text.slice(from, to) ?? '',
  };
}

function bodyOf(choices: readonly ChoiceText[]) {
  return JSON.parse(new ChatResponse(HEAD).whole(choices, USAGE));
}

test('the body of an answer has every field, and none that does not apply', () => {
  assert.deepEqual(bodyOf([choice('The sky.', '', 'stop')]), {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_750_000_000,
    model: 'a/"b"',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: 'The sky.', refusal: null },
        logprobs: null,
        finish_reason: 'stop',
      },
    ],
    usage: {
      prompt_tokens: 100,
      completion_tokens: 20,
      total_tokens: 120,
      prompt_tokens_details: { cached_tokens: 64, audio_tokens: 3 },
      completion_tokens_details: {
        reasoning_tokens: 8,
        audio_tokens: 0,
        accepted_prediction_tokens: 0,
        rejected_prediction_tokens: 0,
      },
    },
    system_fingerprint: 'fp_0123456789',
    service_tier: 'default',
  });
});

test('choices keep their order, their index, their reasoning and their reason to end', () => {
  const body = bodyOf([choice('a', 'why', 'length'), choice('', '', 'stop')]);
  assert.deepEqual(body.choices, [
    {
      index: 0,
      message: { role: 'assistant', content: 'a', refusal: null, reasoning_content: 'why' },
      logprobs: null,
      finish_reason: 'length',
    },
    {
      index: 1,
      message: { role: 'assistant', content: '', refusal: null },
      logprobs: null,
      finish_reason: 'stop',
    },
  ]);
});

test('a long body comes in slices of a bounded length', () => {
  const long = 'x'.repeat(10 * SLICE_TOKENS + 1);
  const choices = [choice(long, long, 'length'), choice(long, '', 'stop')];
  const slices = [...new ChatResponse(HEAD).slices(choices, USAGE)];
  assert.ok(Math.max(...slices.map((slice) => slice.length)) <= SLICE_TOKENS);
  assert.equal(slices.join(''), new ChatResponse(HEAD).whole(choices, USAGE));
});

test('a body says its own model, second and fingerprint, whatever the one before it said', () => {
  const heads = [
    HEAD,
    { ...HEAD, id: 'chatcmpl-2' },
    { ...HEAD, createdS: 1_750_000_001 },
    { ...HEAD, modelJson: '"c"' },
    { ...HEAD, fingerprint: 'fp_9876543210' },
  ];
  for (const head of [...heads, ...heads.reverse()]) {
    const body = JSON.parse(new ChatResponse(head).whole([choice('a', '', 'stop')], USAGE));
    assert.equal(body.id, head.id);
    assert.equal(body.created, head.createdS);
    assert.equal(body.model, JSON.parse(head.modelJson));
    assert.equal(body.system_fingerprint, head.fingerprint);
  }
});

test('a usage without cached, audio and reasoning tokens says so', () => {
  const usage: Usage = {
    promptTokens: 5,
    cachedTokens: 0,
    promptAudioTokens: 0,
    completionTokens: 2,
    reasoningTokens: 0,
  };
  const body = JSON.parse(new ChatResponse(HEAD).whole([choice('a', '', 'stop')], usage));
  assert.deepEqual(body.usage, {
    prompt_tokens: 5,
    completion_tokens: 2,
    total_tokens: 7,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: 0,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  });
});

const CALLS: ChoiceText = {
  finishReason: 'tool_calls',
  seed: 7,
  segments: [
    { kind: 'call', call: { id: 'call_1', name: 'look' } },
    { kind: 'call', call: { id: 'call_2', name: 'find' } },
    { kind: 'call', call: { id: 'call_3', name: 'never' } },
  ],
  tokensOf: (segment) => [2, 1, 0][segment] ?? 0,
  textOf: (segment, from, to) =>
    (segment === 0 ? ['{\\"a\\":', '1}'] : ['{}']).slice(from, to).join(''),
};

test('calls of tools are told in place of a content', () => {
  const [only] = bodyOf([CALLS]).choices;
  assert.deepEqual(only, {
    index: 0,
    message: {
      role: 'assistant',
      content: null,
      refusal: null,
      tool_calls: [
        { id: 'call_1', type: 'function', function: { name: 'look', arguments: '{"a":1}' } },
        { id: 'call_2', type: 'function', function: { name: 'find', arguments: '{}' } },
      ],
    },
    logprobs: null,
    finish_reason: 'tool_calls',
  });
  const response = new ChatResponse(HEAD);
  assert.equal([...response.slices([CALLS], USAGE)].join(''), response.whole([CALLS], USAGE));
});

test('a call of the legacy kind is a function_call, a refusal has a field of its own', () => {
  const legacy: ChoiceText = {
    ...CALLS,
    finishReason: 'function_call',
    segments: [{ kind: 'call', call: { id: '', name: 'look' } }],
  };
  assert.deepEqual(bodyOf([legacy]).choices[0].message, {
    role: 'assistant',
    content: null,
    refusal: null,
    function_call: { name: 'look', arguments: '{"a":1}' },
  });
  const refusal: ChoiceText = { ...CALLS, finishReason: 'stop', segments: [{ kind: 'refusal' }] };
  const { message } = bodyOf([refusal]).choices[0];
  assert.deepEqual([message.content, message.refusal], [null, '{"a":1}']);
});
