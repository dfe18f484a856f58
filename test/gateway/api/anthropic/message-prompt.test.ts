import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message } from '../../../../gateway/api/anthropic/message-blocks.ts';
import { MessagePrompt } from '../../../../gateway/api/anthropic/message-prompt.ts';
import type { ChatMessage } from '../../../../gateway/api/openai/chat-message.ts';
import { ChatPrompt } from '../../../../gateway/api/openai/chat-template.ts';
import { STANDARD_IMAGE_COST } from '../../../../gateway/prompt/media-tokens.ts';
import type { Prompt } from '../../../../gateway/prompt/prompt.ts';
import { SimpleTokenizer } from '../../../../gateway/text/simple-tokenizer.ts';
import { TokenBuffer } from '../../../../gateway/text/token-buffer.ts';

function idsOf(prompt: Prompt): number[] {
  const out = new TokenBuffer();
  assert.equal(prompt.render(STANDARD_IMAGE_COST, new SimpleTokenizer(), out), 0);
  return [...out.ids.subarray(0, out.length)];
}

const messageIds = (messages: readonly Message[], system?: string) =>
  idsOf(new MessagePrompt({ messages, system, tools: [] }));
const chatIds = (messages: readonly ChatMessage[]) => idsOf(new ChatPrompt(messages, []));

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAyAAAAJYCAYAAACadoJwAAAAAElFTkSuQmCC';
const CALL = { name: 'look', arguments: '{"at":"it"}' };

test('a conversation has the tokens that it has as a chat', () => {
  const image = { type: 'base64', media_type: 'image/png', data: PNG } as const;
  const ids = messageIds(
    [
      {
        role: 'user',
        content: [
          { type: 'image', source: image },
          { type: 'text', text: 'What is it?' },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'Hm.', signature: 'x' },
          { type: 'text', text: 'I look.' },
          { type: 'tool_use', id: 'toolu_1', name: 'look', input: { at: 'it' } },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'toolu_1', content: [{ type: 'text', text: 'cat' }] },
          { type: 'tool_result', tool_use_id: 'toolu_2' },
          { type: 'text', text: 'So?' },
        ],
      },
    ],
    'Be brief.',
  );
  const url = `data:image/png;base64,${PNG}`;
  assert.deepEqual(
    ids,
    chatIds([
      { role: 'system', content: 'Be brief.' },
      {
        role: 'user',
        content: [
          { type: 'image_url', image_url: { url } },
          { type: 'text', text: 'What is it?' },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'Hm.' },
          { type: 'text', text: 'I look.' },
        ],
        tool_calls: [{ id: 'a', type: 'function', function: CALL }],
      },
      { role: 'tool', tool_call_id: 'a', content: 'cat' },
      { role: 'tool', tool_call_id: 'b', content: '' },
      { role: 'user', content: 'So?' },
    ]),
  );
});

test('an answer goes on with what the assistant has said last', () => {
  const asked = messageIds([{ role: 'user', content: 'Why?' }]);
  const begun = messageIds([
    { role: 'user', content: 'Why?' },
    { role: 'assistant', content: 'Because' },
  ]);
  assert.deepEqual(begun.slice(0, asked.length), asked);
  assert.equal(begun.length, asked.length + 1);
});

test('documents are their title and context, and what is in them', () => {
  const base = messageIds([{ role: 'user', content: 'x' }]).length - 1;
  const tokens = (source: object, more: object = {}): number => {
    const document = { type: 'document', source, ...more } as const;
    const content = [document] as unknown as Message['content'];
    return messageIds([{ role: 'user', content }]).length - base;
  };
  assert.equal(tokens({ type: 'text', media_type: 'text/plain', data: 'one two three' }), 3);
  assert.equal(tokens({ type: 'content', content: 'one two' }, { title: 'A', context: 'B C' }), 5);
  assert.equal(tokens({ type: 'content', content: [{ type: 'text', text: 'one' }] }), 1);
  const data = Buffer.alloc(400).toString('base64');
  assert.equal(tokens({ type: 'base64', media_type: 'application/pdf', data }), 100);
  assert.equal(tokens({ type: 'url', url: 'https://example.com/a.pdf' }), 1);
});

test('a prompt that is full is rendered no further', () => {
  const out = new TokenBuffer();
  out.limit = 10;
  const content = Array.from({ length: 1000 }, () => ({ type: 'text' as const, text: 'a b c' }));
  const prompt = new MessagePrompt({
    messages: [{ role: 'user', content }],
    system: undefined,
    tools: [],
  });
  prompt.render(STANDARD_IMAGE_COST, new SimpleTokenizer(), out);
  assert.ok(out.isFull && out.length < 30);
});
