import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FINISHES } from '../../../gateway/generate/finish.ts';
import { anAnswer, emptyMetrics } from './traffic.ts';

test('the spans of an answer are those of vLLM', () => {
  const { answers } = emptyMetrics();
  answers.firstToken(0, 20_000, 2_000, 100, 32, 10);
  answers.ended(anAnswer({ queuedUs: 2_000, ttftUs: 20_000, latencyUs: 265_000 }), 10);
  const { queueUs, ttftUs, prefillUs, whole } = answers;
  for (const [distribution, us] of [
    [queueUs, 2_000],
    [ttftUs, 20_000],
    [prefillUs, 18_000],
    [whole.decodeUs, 245_000],
    [whole.inferenceUs, 263_000],
    [whole.latencyUs, 265_000],
    [whole.tpotUs, 5_000],
  ] as const) {
    assert.deepEqual([distribution.sumOf(0), distribution.countOf(0)], [us, 1]);
  }
});

test('choices run side by side: the time per token is that of one of them', () => {
  const { answers } = emptyMetrics();
  answers.ended(anAnswer({ choices: 4, completionTokens: 200 }), 10);
  assert.equal(answers.whole.tpotUs.sumOf(0), 5_000);
  assert.equal(answers.whole.choices.sumOf(0), 4);
});

test('an answer of one token has no time per token', () => {
  const { answers } = emptyMetrics();
  answers.ended(anAnswer({ completionTokens: 1 }), 10);
  assert.equal(answers.whole.tpotUs.countOf(0), 0);
  assert.equal(answers.whole.latencyUs.countOf(0), 1);
});

test('only whole answers have latencies, whatever else ended is counted by its finish', () => {
  const { answers } = emptyMetrics();
  for (const finish of FINISHES) answers.ended(anAnswer({ finish }), 10);
  assert.deepEqual(
    FINISHES.map((_, finish) => answers.finishes.of(finish)),
    [1, 1, 1, 1],
  );
  assert.equal(answers.whole.latencyUs.countOf(0), 2);
});

test('tokens that came out count even if the client left, those of a refused request do not', () => {
  const { answers } = emptyMetrics();
  answers.ended(anAnswer({ finish: 'abort', completionTokens: 7 }), 10);
  answers.ended(anAnswer({ finish: 'error', ttftUs: -1, completionTokens: 0 }), 10);
  assert.equal(answers.tokenTotal('prompt'), 100);
  assert.equal(answers.tokenTotal('completion'), 7);
});

test('only limits that a request set are in the histogram of limits', () => {
  const { answers } = emptyMetrics();
  answers.ended(anAnswer({ outputLimit: 0 }), 10);
  answers.ended(anAnswer({ outputLimit: 64 }), 10);
  assert.equal(answers.whole.outputLimit.countOf(0), 1);
  assert.equal(answers.whole.outputLimit.sumOf(0), 64);
});

test('a stream is open from its start to its end', () => {
  const { answers } = emptyMetrics();
  answers.streamStarted();
  answers.streamStarted();
  answers.ended(anAnswer({ isStream: true }), 10);
  answers.ended(anAnswer({ isStream: false }), 10);
  assert.deepEqual(answers.streams, { open: 1, completed: 1, failed: 0, cancelled: 0 });
});
