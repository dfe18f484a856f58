import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AnswerHead, completionBody } from '../../../gateway/openai/chat-response.ts';
import type { Usage } from '../../../gateway/openai/usage.ts';

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

test('the body of an answer has every field, and none that does not apply', () => {
  const choices = [{ content: 'The sky.', reasoning: undefined, finishReason: 'stop' }] as const;
  assert.deepEqual(JSON.parse(completionBody(HEAD, choices, USAGE)), {
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
  const choices = [
    { content: 'a', reasoning: 'why', finishReason: 'length' },
    { content: '', reasoning: undefined, finishReason: 'stop' },
  ] as const;
  const body = JSON.parse(completionBody(HEAD, choices, USAGE));
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
