import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  LATENCY_PROFILE_NAMES,
  latencyProfile,
  latencyProfileAt,
  profileNumberFor,
} from '../../shared/latency-profiles.ts';

test('a profile is found by its name and by its number', () => {
  assert.ok(LATENCY_PROFILE_NAMES.length > 30);
  assert.equal(new Set(LATENCY_PROFILE_NAMES).size, LATENCY_PROFILE_NAMES.length);
  for (const [number, name] of LATENCY_PROFILE_NAMES.entries()) {
    assert.ok(latencyProfile(name) !== undefined);
    assert.equal(latencyProfileAt(number), latencyProfile(name));
  }
  assert.equal(latencyProfile('no-such-gpu'), undefined);
  assert.equal(latencyProfileAt(LATENCY_PROFILE_NAMES.length), undefined);
  assert.equal(latencyProfileAt(-1), undefined);
});

test('a number of a profile fits the byte in which it travels', () => {
  assert.ok(LATENCY_PROFILE_NAMES.length < 255);
});

test('the published profiles are what was published, in microseconds', () => {
  assert.deepEqual(latencyProfile('8b-h100'), {
    kind: 'linear',
    prefillOverheadUs: 30_000,
    prefillUsPerToken: 250,
    prefillDeviationPercent: 20,
    itlUs: 12_000,
    itlDeviationPercent: 17,
    loadFactor: 2,
  });
  assert.equal(latencyProfile('dynamo-mocker')?.kind, 'polynomial');
});

for (const [model, profile] of [
  ['gpt-4', 'gpt-4'],
  ['gpt-4-0613', 'gpt-4'],
  ['gpt-4-turbo-2024-04-09', 'gpt-4-turbo'],
  ['gpt-4o-mini-2024-07-18', 'gpt-4o-mini'],
  ['openai/gpt-oss-120b', 'gpt-oss-120b'],
  ['meta-llama/Llama-3.1-8B-Instruct', 'llama-3.1-8b'],
  ['a/b/DeepSeek-R1', 'deepseek-r1'],
  ['deepseek-r1-distill-qwen-32b', 'deepseek-r1-distill-qwen-32b'],
  ['something-new', 'default'],
  ['my-gpt-4', 'default'],
  ['8b-h100', 'default'],
  ['', 'default'],
] as const) {
  test(`the model "${model}" runs by the profile ${profile}`, () => {
    assert.equal(LATENCY_PROFILE_NAMES[profileNumberFor(model)], profile);
  });
}
