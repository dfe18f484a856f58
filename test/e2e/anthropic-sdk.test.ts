import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { eventually } from '../support/eventually.ts';
import { openStream, STUCK } from '../support/open-stream.ts';
import { INSTANT, startServer, type TestServer } from '../support/server.ts';

/** The `@anthropic-ai/sdk` package as applications use it, against the real server. */

const MODEL = 'claude-of-tests';
const KEY = 'a-key-of-eight';
const BLOCK = 16;
const FIXTURE = {
  match: { message: 'Look it up.', tool_result: false },
  answer: { tool_calls: [{ name: 'look_up', arguments: { words: 'ä "word" of it '.repeat(10) } }] },
};
const user = (content: string) => [{ role: 'user' as const, content }];

let server: TestServer;
let client: Anthropic;
before(async () => {
  const flags = `${INSTANT} --api-key ${KEY} --kv-cache-block-size ${BLOCK}`;
  server = await startServer(flags, undefined, undefined, {
    name: 'fixtures.json',
    read: () => JSON.stringify({ fixtures: [FIXTURE] }),
  });
  client = new Anthropic({ baseURL: server.origin, apiKey: KEY, maxRetries: 0 });
});
after(() => server.stop());

describe('messages.create', () => {
  it('answers with text and a usage that counts it', async () => {
    const { data, request_id, response } = await client.messages
      .create({ model: MODEL, max_tokens: 400, messages: user('What does a simulator do?') })
      .withResponse();
    const { id, content, usage, ...rest } = data;
    assert.match(id, /^msg_\w{24}$/);
    assert.deepEqual(rest, {
      type: 'message',
      role: 'assistant',
      model: MODEL,
      stop_reason: 'end_turn',
      stop_sequence: null,
    });
    const [block] = content;
    assert.ok(content.length === 1 && block?.type === 'text');
    assert.match(block.text, /^[A-Z].*[.?!]$/s);
    assert.ok(usage.output_tokens > 20 && usage.input_tokens > 5);
    assert.equal(usage.cache_creation_input_tokens, 0);
    assert.equal(request_id, response.headers.get('x-request-id'));
    assert.match(response.headers.get('x-fakeai-worker') ?? '', /^worker-\d$/);
  });

  it('ends at max_tokens, or before the stop sequence that it names', async () => {
    const body = { model: MODEL, messages: user('Count.'), temperature: 0 };
    const cut = await client.messages.create({ ...body, max_tokens: 7 });
    assert.equal(cut.stop_reason, 'max_tokens');
    assert.equal(cut.usage.output_tokens, 7);
    const stops = ['no such words', '.'];
    const params = { ...body, max_tokens: 400, stop_sequences: stops };
    const stopped = await client.messages.create(params);
    const streamed = await client.messages.stream(params).finalMessage();
    for (const { stop_reason, stop_sequence, content } of [stopped, streamed]) {
      assert.deepEqual([stop_reason, stop_sequence], ['stop_sequence', '.']);
      assert.ok(content[0]?.type === 'text' && !content[0].text.includes('.'));
    }
    assert.deepEqual(streamed.content, stopped.content);
  });

  it('thinks first where it is told to, within its budget', async () => {
    const params = {
      model: MODEL,
      max_tokens: 4000,
      messages: user('Think.'),
      thinking: { type: 'enabled' as const, budget_tokens: 1024 },
      ignore_eos: true,
    };
    const { content, usage } = await client.messages.create(params);
    const [thought, text] = content;
    assert.ok(content.length === 2 && thought?.type === 'thinking' && text?.type === 'text');
    assert.match(thought.signature, /^[\w+/]{80,}=*$/);
    assert.equal(usage.output_tokens, 4000);
    const counted = await client.messages.countTokens({
      model: MODEL,
      messages: user(thought.thinking),
    });
    const empty = await client.messages.countTokens({ model: MODEL, messages: user('') });
    assert.ok(counted.input_tokens - empty.input_tokens <= 1024);
    const adaptive = await client.messages.create({
      ...params,
      ignore_eos: false,
      thinking: { type: 'adaptive' },
      output_config: { effort: 'low' },
    } as Anthropic.MessageCreateParamsNonStreaming);
    assert.equal(adaptive.content[0]?.type, 'thinking');
  });

  it('goes on with a last message of the assistant', async () => {
    const prefill = { role: 'assistant' as const, content: 'The answer is' };
    const counted = async (messages: Anthropic.MessageParam[]): Promise<number> =>
      (await client.messages.countTokens({ model: MODEL, messages })).input_tokens;
    // The start of the answer and its three words, without an end of the message.
    assert.equal(await counted([...user('Why?'), prefill]), (await counted(user('Why?'))) + 3);
  });
});

describe('messages.stream', () => {
  it('ends with the message that is answered without a stream', async () => {
    const params = {
      model: MODEL,
      max_tokens: 300,
      temperature: 0,
      system: 'You answer shortly.',
      messages: user('What is a queue?'),
      thinking: { type: 'adaptive' as const },
    };
    const stream = client.messages.stream(params);
    const texts: string[] = [];
    const thoughts: string[] = [];
    stream.on('text', (text) => texts.push(text)).on('thinking', (text) => thoughts.push(text));
    const streamed = await stream.finalMessage();
    const whole = await client.messages.create(params);
    assert.deepEqual(streamed.content, whole.content);
    assert.equal(streamed.stop_reason, 'end_turn');
    assert.equal(streamed.usage.output_tokens, whole.usage.output_tokens);
    assert.equal(texts.length + thoughts.length, whole.usage.output_tokens);
    assert.ok(stream.request_id?.startsWith('req_'));
  });

  it('has its events in the order that clients hold it to', async () => {
    const types: string[] = [];
    const stream = await client.messages.create({
      model: MODEL,
      max_tokens: 5,
      stream: true,
      messages: user('Go.'),
      thinking: { type: 'adaptive' },
    });
    for await (const event of stream) {
      types.push(event.type === 'content_block_delta' ? event.delta.type : event.type);
    }
    assert.deepEqual(types, [
      ...['message_start', 'content_block_start', 'thinking_delta', 'thinking_delta'],
      ...['signature_delta', 'content_block_stop', 'content_block_start'],
      ...['text_delta', 'text_delta', 'text_delta', 'content_block_stop'],
      ...['message_delta', 'message_stop'],
    ]);
  });
});

/**
 * A first turn, and a second one that replies to it, which finds all blocks of the first: but for
 * that of the last token, which was never computed on. Returns the first answer.
 */
async function goesOn(
  text: string,
  reply: (said: Anthropic.ContentBlock[]) => Anthropic.ContentBlockParam[],
): Promise<Anthropic.Message> {
  const messages: Anthropic.MessageParam[] = user(text);
  const params = { model: MODEL, max_tokens: 500, thinking: { type: 'adaptive' as const } };
  const pinned = { headers: { 'x-fakeai-worker': '1' } };
  const first = await client.messages.create({ ...params, messages }, pinned);
  assert.equal(first.usage.cache_read_input_tokens, 0);
  messages.push({ role: 'assistant', content: first.content });
  messages.push({ role: 'user', content: reply(first.content) });
  const { usage } = await client.messages.create({ ...params, messages }, pinned);
  const computed = first.usage.input_tokens + first.usage.output_tokens - 1;
  assert.ok(computed > 6 * BLOCK);
  assert.equal(usage.cache_read_input_tokens, Math.floor(computed / BLOCK) * BLOCK);
  const counted = await client.messages.countTokens({ model: MODEL, messages });
  assert.equal(counted.input_tokens, usage.input_tokens + (usage.cache_read_input_tokens ?? 0));
  return first;
}

describe('a conversation', () => {
  it('hits the blocks of its own answer, thoughts and text', async () => {
    const first = await goesOn('Tell me all about caches, please.', (said) => [
      { type: 'text', text: `You say ${said[1]?.type}. And what else?` },
    ]);
    assert.deepEqual(
      first.content.map(({ type }) => type),
      ['thinking', 'text'],
    );
  });

  it('hits the blocks of its own answer, thoughts and calls', async () => {
    const first = await goesOn('Look it up.', (said) =>
      said.flatMap((block) =>
        block.type === 'tool_use'
          ? [{ type: 'tool_result', tool_use_id: block.id, content: 'Nothing.' }]
          : [],
      ),
    );
    assert.deepEqual(
      first.content.map(({ type }) => type),
      ['thinking', 'tool_use'],
    );
    assert.equal(first.stop_reason, 'tool_use');
  });
});

describe('messages.countTokens', () => {
  it('counts what a message is charged: system, pictures, documents, results of tools', async () => {
    const picture = Buffer.alloc(600).toString('base64');
    const params: Anthropic.MessageCountTokensParams = {
      model: MODEL,
      system: [{ type: 'text', text: 'Be brief.' }],
      messages: [
        {
          role: 'user',
          content: [
            {
              type: 'image',
              source: { type: 'base64', media_type: 'image/png', data: picture },
            },
            {
              type: 'document',
              source: { type: 'base64', media_type: 'application/pdf', data: picture },
            },
            { type: 'text', text: 'What is this?' },
          ],
        },
        {
          role: 'assistant',
          content: [{ type: 'tool_use', id: 'toolu_1', name: 'look', input: { at: 'it' } }],
        },
        {
          role: 'user',
          content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'A cat.' }],
        },
      ],
    };
    const { input_tokens } = await client.messages.countTokens(params);
    // 4 for each message, 3 for the answer; 765 for the picture and 150 for the document.
    const texts = 3 + 4 + 1 + 9 + 3;
    assert.equal(input_tokens, 4 * 4 + 3 + 765 + 150 + texts);
    const { usage } = await client.messages.create({ ...params, max_tokens: 1 });
    assert.equal(usage.input_tokens + (usage.cache_read_input_tokens ?? 0), input_tokens);
  });
});

describe('errors', () => {
  const params = { model: MODEL, max_tokens: 10, messages: user('hello') };

  it('are those of the SDK, with the id of the request', async () => {
    const wrong = new Anthropic({ baseURL: server.origin, apiKey: 'not-a-key', maxRetries: 0 });
    await assert.rejects(wrong.messages.create(params), (error) => {
      assert.ok(error instanceof Anthropic.AuthenticationError);
      assert.match(error.requestID ?? '', /^req_/);
      assert.equal(error.type, 'authentication_error');
      return true;
    });
    for (const [wrongBody, message] of [
      [{ ...params, max_tokens: undefined }, /'max_tokens'/],
      [{ ...params, temperature: 1.5 }, /'temperature'/],
      [{ ...params, thinking: { type: 'enabled', budget_tokens: 1024 } }, /budget_tokens/],
      [{ ...params, messages: user('word '.repeat(200_001)) }, /200000 tokens/],
      [
        { ...params, messages: [{ role: 'user', content: [{ type: 'audio' }] }] },
        /messages\[0\]\.content\[0\]\.type/,
      ],
    ] as const) {
      await assert.rejects(client.messages.create(wrongBody as typeof params), (error) => {
        assert.ok(error instanceof Anthropic.BadRequestError, String(error));
        assert.match(error.message, message);
        return true;
      });
    }
  });
});

/** The statuses that a client gets from a server with one place, which is free after the first. */
async function attemptsAtFullServer(flags: string): Promise<number[]> {
  const full = await startServer(`${STUCK} --kv-cache-num-workers 1 ${flags}`);
  try {
    const occupant = await openStream(full);
    const statuses: number[] = [];
    const patient = new Anthropic({
      baseURL: full.origin,
      apiKey: 'any',
      fetch: async (url, init) => {
        const response = await fetch(url, init);
        statuses.push(response.status);
        if (statuses.length === 1) {
          await occupant.close();
          await eventually('the place is free', () => full.gateway.answers === 0);
        }
        return response;
      },
    });
    const message = await patient.messages.create({
      model: MODEL,
      max_tokens: 1,
      messages: user('hello'),
    });
    assert.equal(message.usage.output_tokens, 1);
    return statuses;
  } finally {
    await full.stop();
  }
}

describe('retries', () => {
  it('get an answer out of a server that was full', async () => {
    const [overLimit, queueFull] = await Promise.all([
      attemptsAtFullServer('--limit-concurrency 1'),
      attemptsAtFullServer('--max-num-seqs 1 --max-waiting 0'),
    ]);
    assert.deepEqual(overLimit, [529, 200]);
    assert.deepEqual(queueFull, [429, 200]);
  });
});

const PING = /\n\nevent: ping\ndata: \{"type":"ping"\}\n\n/;

describe('a stream that is silent', () => {
  it('is broken by pings', async () => {
    const slow = await startServer(`${STUCK} --stream-keepalive-interval-seconds 0.1`);
    try {
      const body = { model: MODEL, max_tokens: 2, stream: true, messages: user('hello') };
      const { body: events } = await fetch(`${slow.baseURL}/messages`, {
        method: 'POST',
        body: JSON.stringify(body),
      });
      let text = '';
      for await (const part of events!.pipeThrough(new TextDecoderStream())) {
        text += part;
        if (PING.test(text)) break;
      }
      assert.match(text, PING);
    } finally {
      await slow.stop();
    }
  });
});
