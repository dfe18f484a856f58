import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { CHAT_BODY } from '../../../../gateway/api/openai/chat-body.ts';
import { ApiError } from '../../../../shared/errors.ts';
import { fc } from '../../../support/property.ts';

const DRAFT = new Ajv2020({ strict: false, unicode: false });
const described: object = JSON.parse(JSON.stringify(CHAT_BODY.schema));

const GOOD = {
  model: 'm',
  messages: [
    { role: 'user', content: [{ type: 'text', text: 'hi' }] },
    { role: 'assistant', tool_calls: [] },
    { role: 'tool', content: 'x', tool_call_id: 'c' },
  ],
};

test('the schema of a body is a JSON Schema', () => {
  assert.equal(DRAFT.validateSchema(described), true, JSON.stringify(DRAFT.errors));
});

/** Values that one field or another may have. */
const VALUE = fc.constantFrom(
  ...[null, true, 0, 1, 1.5, -3, 2 ** 31, '', 'x', 'low', 'x'.repeat(1025), [], ['a'], ['']],
  ...[{}, { a: 'b' }, { a: 5 }, { ['k'.repeat(65)]: 'x' }, { include_usage: true }],
  ...[{ agent_hints: { priority: 'x' } }, { backend_instance_id: 1 }, { enable_thinking: 1 }],
  ...[[{ role: 'user' }], [{ role: 'assistant', content: null }], [{ role: 'bot' }]],
  [{ role: 'assistant', content: null, refusal: 'no' }],
  [{ role: 'user', content: [{ type: 'file', file: { file_id: null } }] }],
  [{ role: 'user', content: [{ type: 'input_audio', input_audio: { data: '', format: 'wav' } }] }],
);

test('what other validators make of the schema is what the server takes', () => {
  const validate = DRAFT.compile(described);
  const field = fc.constantFrom(...Object.keys(CHAT_BODY.schema.properties));
  fc.assert(
    fc.property(field, VALUE, (name, value) => {
      // With these a rule may say no that is in no schema.
      if (['stream_options', 'min_tokens', 'top_logprobs'].includes(name)) return;
      const body = { ...GOOD, [name]: value };
      const parsed = CHAT_BODY.parse(body);
      assert.equal(!(parsed instanceof ApiError), validate(body));
      assert.deepEqual(CHAT_BODY.parseLong(body), parsed);
    }),
    { numRuns: 2000 },
  );
});

test('only fields that the schema describes are read', () => {
  const parsed = CHAT_BODY.parse({ ...GOOD, x_unknown: 1 });
  assert.ok(!(parsed instanceof ApiError));
  assert.deepEqual(Object.keys(parsed), Object.keys(CHAT_BODY.schema.properties));
});

test('a rule that two fields break together speaks in the turn of its field', () => {
  const wrong = { stream_options: {}, n: 0, ...GOOD };
  const unstreamed = CHAT_BODY.parse(wrong);
  assert.ok(unstreamed instanceof ApiError);
  assert.equal(unstreamed.param, 'stream_options');
  const earlier = CHAT_BODY.parse({ ...wrong, max_tokens: 1, min_tokens: 2 });
  assert.ok(earlier instanceof ApiError);
  assert.deepEqual([earlier.code, earlier.param], ['integer_above_max_value', 'min_tokens']);
});
