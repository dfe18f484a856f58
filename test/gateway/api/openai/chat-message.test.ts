import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CHAT_BODY } from '../../../../gateway/api/openai/chat-body.ts';
import { ApiError } from '../../../../shared/errors.ts';

const USER = { role: 'user', content: 'hi' };
const CALL = { id: 'call_1', type: 'function', function: { name: 'f', arguments: '{}' } };

function problem(messages: unknown): ApiError | undefined {
  const parsed = CHAT_BODY.parse({ model: 'm', messages });
  return parsed instanceof ApiError ? parsed : undefined;
}

test('every role and every kind of part is accepted, as it was sent', () => {
  const messages = [
    { role: 'system', content: 'Be brief.', name: 'rules' },
    { role: 'developer', content: [{ type: 'text', text: 'x' }] },
    {
      role: 'user',
      content: [
        { type: 'text', text: '' },
        { type: 'image_url', image_url: { url: 'https://x/y.png', detail: 'low' } },
        { type: 'image_url', image_url: { url: 'https://x/y.png', detail: null } },
        { type: 'video_url', video_url: { url: 'https://x/y.mp4' } },
        { type: 'input_audio', input_audio: { data: 'AAAA', format: 'mp3' } },
        { type: 'file', file: { file_data: 'AAAA', filename: 'a.pdf' } },
        { type: 'file', file: { file_id: 'file-1' } },
      ],
      unknown: 1,
    },
    { role: 'assistant', content: null, tool_calls: [CALL] },
    { role: 'tool', tool_call_id: 'call_1', content: '{}' },
    { role: 'assistant', function_call: { name: 'f', arguments: '{}' } },
    { role: 'function', name: 'f', content: 'x' },
    { role: 'assistant', content: [{ type: 'refusal', refusal: 'no' }] },
    { role: 'assistant', refusal: 'no' },
    { role: 'assistant', audio: { id: 'audio_1' } },
    { role: 'user', content: '' },
  ];
  const parsed = CHAT_BODY.parse({ model: 'm', messages });
  assert.ok(!(parsed instanceof ApiError), JSON.stringify(parsed));
  assert.equal(parsed.messages, messages);
});

/** Each row: messages, the code and the param of their first problem. */
const REJECTED: readonly (readonly [unknown, string, string])[] = [
  [undefined, 'missing_required_parameter', 'messages'],
  ['hi', 'invalid_type', 'messages'],
  [{}, 'invalid_type', 'messages'],
  [[], 'empty_array', 'messages'],
  [Array.from({ length: 2049 }, () => USER), 'array_above_max_length', 'messages'],
  [[USER, 'hi'], 'invalid_type', 'messages[1]'],
  [[null], 'invalid_type', 'messages[0]'],
  [[[USER]], 'invalid_type', 'messages[0]'],
  [[{ content: 'x' }], 'missing_required_parameter', 'messages[0].role'],
  [[{ role: 7, content: 'x' }], 'invalid_type', 'messages[0].role'],
  [[USER, USER, { role: 'bot', content: 'x' }], 'invalid_value', 'messages[2].role'],
  [[{ role: 'constructor', content: 'x' }], 'invalid_value', 'messages[0].role'],
  [[{ role: 'user' }], 'missing_required_parameter', 'messages[0].content'],
  [[{ role: 'user', content: null }], 'missing_required_parameter', 'messages[0].content'],
  [[{ role: 'assistant' }], 'missing_required_parameter', 'messages[0].content'],
  [[{ role: 'user', content: 5 }], 'invalid_type', 'messages[0].content'],
  [[{ role: 'user', content: { type: 'text' } }], 'invalid_type', 'messages[0].content'],
  [[{ role: 'user', content: [] }], 'empty_array', 'messages[0].content'],
  [[{ role: 'user', content: 'x', name: 5 }], 'invalid_type', 'messages[0].name'],
  [[{ role: 'tool', content: 'x' }], 'missing_required_parameter', 'messages[0].tool_call_id'],
  [[{ role: 'tool', content: 'x', tool_call_id: 1 }], 'invalid_type', 'messages[0].tool_call_id'],
  [[{ role: 'assistant', tool_calls: 'x' }], 'invalid_type', 'messages[0].tool_calls'],
  [[{ role: 'assistant', refusal: 5 }], 'invalid_type', 'messages[0].refusal'],
  [[{ role: 'assistant', function_call: 'f' }], 'invalid_type', 'messages[0].function_call'],
];

/** Each row: the second part of a message's content, the code and the end of the param. */
const REJECTED_PARTS: readonly (readonly [unknown, string, string])[] = [
  ['x', 'invalid_type', ''],
  [{ text: 'x' }, 'missing_required_parameter', '.type'],
  [{ type: 1 }, 'invalid_type', '.type'],
  [{ type: 'hologram' }, 'invalid_value', '.type'],
  [{ type: 'text' }, 'missing_required_parameter', '.text'],
  [{ type: 'text', text: 5 }, 'invalid_type', '.text'],
  [{ type: 'refusal' }, 'missing_required_parameter', '.refusal'],
  [{ type: 'image_url' }, 'missing_required_parameter', '.image_url'],
  [{ type: 'image_url', image_url: 'https://x' }, 'invalid_type', '.image_url'],
  [{ type: 'image_url', image_url: {} }, 'missing_required_parameter', '.image_url.url'],
  [{ type: 'image_url', image_url: { url: 1 } }, 'invalid_type', '.image_url.url'],
  [
    { type: 'image_url', image_url: { url: 'x', detail: 'max' } },
    'invalid_value',
    '.image_url.detail',
  ],
  [{ type: 'video_url', video_url: {} }, 'missing_required_parameter', '.video_url.url'],
  [{ type: 'input_audio' }, 'missing_required_parameter', '.input_audio'],
  [
    { type: 'input_audio', input_audio: { format: 'wav' } },
    'missing_required_parameter',
    '.input_audio.data',
  ],
  [
    { type: 'input_audio', input_audio: { data: 'x' } },
    'missing_required_parameter',
    '.input_audio.format',
  ],
  [
    { type: 'input_audio', input_audio: { data: 'x', format: 'ogg' } },
    'invalid_value',
    '.input_audio.format',
  ],
  [{ type: 'file' }, 'missing_required_parameter', '.file'],
  [{ type: 'file', file: {} }, 'missing_required_parameter', '.file.file_data'],
  [{ type: 'file', file: { file_data: 1 } }, 'invalid_type', '.file.file_data'],
];

test('a wrong message is refused with its code and its path', () => {
  for (const [messages, code, param] of REJECTED) {
    const error = problem(messages);
    assert.deepEqual([error?.code, error?.param], [code, param]);
  }
});

test('a wrong part is refused with its code and its path', () => {
  for (const [part, code, end] of REJECTED_PARTS) {
    const error = problem([USER, { role: 'user', content: [{ type: 'text', text: 'x' }, part] }]);
    assert.deepEqual([error?.code, error?.param], [code, `messages[1].content[1]${end}`]);
  }
});

test('as many messages as the limit are accepted', () => {
  assert.equal(problem(Array.from({ length: 2048 }, () => USER)), undefined);
});
