import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MessageResponse } from '../../../../gateway/api/anthropic/message-response.ts';
import type { ChoiceText } from '../../../../gateway/generate/answer-encoder.ts';
import { CALLS, choiceOf, HEAD, INPUT, TEXT, THOUGHT, USAGE, USAGE_JSON } from './message-texts.ts';

/** The body, which is the same in slices. */
function bodyOf(choice: ChoiceText) {
  const response = new MessageResponse(HEAD);
  const whole = response.whole([choice], USAGE);
  let sliced = '';
  const slices = response.slices([choice], USAGE);
  for (let slice = slices.next(); !slice.done; slice = slices.next()) {
    assert.ok(Buffer.byteLength(slice.value) < 4096);
    sliced += slice.value;
  }
  assert.deepEqual(JSON.parse(sliced), JSON.parse(whole));
  return JSON.parse(whole);
}

const TOOLS = [
  { type: 'tool_use', id: 'toolu_1', name: 'look_up', input: INPUT },
  { type: 'tool_use', id: 'toolu_2', name: 'stop', input: {} },
];

test('the body of a message has a block for each segment', () => {
  const { content, ...rest } = bodyOf(choiceOf([THOUGHT, TEXT, ...CALLS], 'tool_calls'));
  const [{ signature, ...thought }, ...others] = content;
  assert.deepEqual(thought, { type: 'thinking', thinking: 'why' });
  assert.match(signature, /^[\w+/]{86}==$/);
  assert.deepEqual(others, [{ type: 'text', text: 'The sky.' }, ...TOOLS]);
  assert.deepEqual(rest, {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'a/"ü"',
    stop_reason: 'tool_use',
    stop_sequence: null,
    usage: USAGE_JSON,
  });
});

test('a long one is the same in slices', () => {
  const long = { kind: 'text', text: 'ü"'.repeat(9000) } as const;
  const args = { ...CALLS[0]!, text: JSON.stringify({ text: 'ü"\\\u{1f600}'.repeat(3000) }) };
  const body = bodyOf(choiceOf([THOUGHT, long, args], 'tool_calls'));
  assert.equal(body.content[1].text, long.text);
  assert.equal(body.content[2].input.text, 'ü"\\\u{1f600}'.repeat(3000));
});

test('a call that a limit cuts has no input, since a body is JSON', () => {
  const [first, second] = CALLS;
  const cut = { ...second!, text: '{"half' };
  const { content, stop_reason } = bodyOf(choiceOf([first!, cut], 'length'));
  assert.deepEqual(content, TOOLS);
  assert.equal(stop_reason, 'max_tokens');
});

test('a stop sequence is named, and no call follows the text that it ends', () => {
  const none = { ...CALLS[0]!, text: '' };
  const stop = 'ü"\u0000'.repeat(341);
  const body = bodyOf(choiceOf([{ kind: 'text', text: '' }, none], 'stop', stop));
  assert.deepEqual(body.content, [{ type: 'text', text: '' }]);
  assert.deepEqual([body.stop_reason, body.stop_sequence], ['stop_sequence', stop]);
});
