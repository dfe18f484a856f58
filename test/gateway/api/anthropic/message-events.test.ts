import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MessageEvents } from '../../../../gateway/api/anthropic/message-events.ts';
import type { ChoiceText } from '../../../../gateway/generate/answer-encoder.ts';
import { apiError } from '../../../../shared/errors.ts';
import { CALLS, choiceOf, HEAD, INPUT, TEXT, THOUGHT, USAGE, USAGE_JSON } from './message-texts.ts';

/** The events of a stream, as an answer asks for them: a token for each character. */
function eventsOf(choice: ChoiceText, stops: readonly string[] = []) {
  const encoder = new MessageEvents(HEAD, stops);
  const written = [encoder.open({ ...USAGE, completionTokens: 0 }), encoder.begin()];
  for (const [index, { kind = 'text' }] of choice.segments.entries()) {
    written.push(encoder.segments.begin(0, choice, index, USAGE));
    for (let at = 0; at < choice.tokensOf(index); at++) {
      written.push(encoder.token(0, kind, choice.textOf(index, at, at + 1)));
    }
    written.push(String(encoder.segments.end(0, choice, index, USAGE)));
  }
  written.push(encoder.finish(0, choice.finishReason, USAGE), encoder.close(), encoder.end);
  for (const each of written) {
    assert.match(each, /^[\n\x20-\x7e]*$/, 'an event is ASCII');
    // Here a token has a character, which is written as twelve at most.
    assert.ok(each.length <= encoder.bytesMax(12));
  }
  return written.join('').split('\n\n').slice(0, -1).map(payload);
}

/** The data of an event, whose name is its type. */
function payload(event: string) {
  const [, name, json] = /^event: (\w+)\ndata: (\{.*\})$/.exec(event) ?? [];
  const data = JSON.parse(json ?? '');
  assert.equal(data.type, name);
  return data;
}

test('a stream has its message, its blocks one by one, and why it ended', () => {
  const events = eventsOf(choiceOf([THOUGHT, TEXT, ...CALLS], 'tool_calls'));
  assert.deepEqual(events[0], {
    type: 'message_start',
    message: {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'a/"ü"',
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { ...USAGE_JSON, output_tokens: 0 },
    },
  });
  const starts = events.filter(({ type }) => type === 'content_block_start');
  assert.deepEqual(
    starts.map(({ index, content_block }) => [index, content_block]),
    [
      [0, { type: 'thinking', thinking: '', signature: '' }],
      [1, { type: 'text', text: '' }],
      [2, { type: 'tool_use', id: 'toolu_1', name: 'look_up', input: {} }],
      [3, { type: 'tool_use', id: 'toolu_2', name: 'stop', input: {} }],
    ],
  );
  const joined = (index: number, field: string): string =>
    events
      .filter((event) => event.type === 'content_block_delta' && event.index === index)
      .map(({ delta }) => delta[field] ?? '')
      .join('');
  assert.equal(joined(0, 'thinking'), 'why');
  assert.match(joined(0, 'signature'), /^[\w+/]{86}==$/);
  assert.equal(joined(1, 'text'), 'The sky.');
  assert.deepEqual(JSON.parse(joined(2, 'partial_json')), INPUT);
  assert.equal(joined(3, 'partial_json'), '{}');
  const order = events.filter(({ type }) => type !== 'content_block_delta');
  assert.deepEqual(
    order.map(({ type, index }) => `${type} ${index ?? ''}`.trim()),
    [
      'message_start',
      ...[0, 1, 2, 3].flatMap((at) => [`content_block_start ${at}`, `content_block_stop ${at}`]),
      'message_delta',
      'message_stop',
    ],
  );
  assert.deepEqual(events.at(-2), {
    type: 'message_delta',
    delta: { stop_reason: 'tool_use', stop_sequence: null },
    usage: USAGE_JSON,
  });
});

test('the end of a stream names what has ended it', () => {
  const stop = 'ü"\n'.repeat(300);
  const deltaOf = (choice: ChoiceText) => eventsOf(choice, [stop]).at(-2).delta;
  assert.deepEqual(deltaOf(choiceOf([TEXT], 'stop', stop)), {
    stop_reason: 'stop_sequence',
    stop_sequence: stop,
  });
  const reasons = [
    deltaOf(choiceOf([TEXT], 'stop')),
    deltaOf(choiceOf([TEXT], 'length')),
    deltaOf(choiceOf([{ kind: 'refusal', text: 'No.' }], 'stop')),
    deltaOf(choiceOf([TEXT], 'content_filter')),
  ];
  assert.deepEqual(
    reasons.map(({ stop_reason }) => stop_reason),
    ['end_turn', 'max_tokens', 'refusal', 'refusal'],
  );
});

test('an error and a ping are events of their own', () => {
  const encoder = new MessageEvents(HEAD, []);
  const failed = encoder.error(apiError('service_unavailable', { reason: 'it ends' }));
  const { error } = payload(failed.trimEnd());
  assert.deepEqual(Object.keys(error), ['type', 'message']);
  assert.equal(error.type, 'overloaded_error');
  assert.equal(encoder.keepAlive, 'event: ping\ndata: {"type":"ping"}\n\n');
});
