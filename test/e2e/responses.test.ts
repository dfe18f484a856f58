import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import OpenAI from 'openai';
import { INSTANT, startServer, type TestServer } from '../support/server.ts';

/** `/v1/responses` as the `openai` package uses it, against the real server. */

const MODEL = 'gpt-4o';
const BLOCK = 16;
/** What a model says that reasons. */
const REASONING = 'gpt-oss-120b';

let server: TestServer;
let client: OpenAI;
before(async () => {
  server = await startServer(`${INSTANT} --kv-cache-block-size ${BLOCK}`);
  client = new OpenAI({ baseURL: server.baseURL, apiKey: 'none', maxRetries: 0 });
});
after(() => server.stop());

describe('responses.create', () => {
  it('answers a text with a message, and says its request again', async () => {
    const response = await client.responses.create({
      model: MODEL,
      input: 'What does a simulator do? \u{1f600}',
      instructions: 'Be "brief", über all.',
      max_output_tokens: 400,
      metadata: { a: 'b' },
    });
    assert.match(response.id, /^resp_\w{24}$/);
    assert.match(response.output_text, /^[A-Z].*[.?!]$/s);
    const { object, status, instructions, max_output_tokens, metadata, model } = response;
    assert.deepEqual(
      { object, status, instructions, max_output_tokens, metadata, model },
      {
        object: 'response',
        status: 'completed',
        instructions: 'Be "brief", über all.',
        max_output_tokens: 400,
        metadata: { a: 'b' },
        model: MODEL,
      },
    );
    const { usage } = response;
    assert.ok(usage !== undefined && usage.output_tokens > 20);
    assert.equal(usage.total_tokens, usage.input_tokens + usage.output_tokens);
  });

  it('is incomplete at its limit, and has its reasoning before its text', async () => {
    const body = { model: REASONING, input: 'Count.', max_output_tokens: 30 } as const;
    const response = await client.responses.create({ ...body, reasoning: { effort: 'low' } });
    assert.equal(response.status, 'incomplete');
    assert.deepEqual(response.incomplete_details, { reason: 'max_output_tokens' });
    assert.deepEqual(
      response.output.map(({ type }) => type),
      ['reasoning', 'message'],
    );
    assert.equal(response.usage?.output_tokens, 30);
    assert.equal(response.usage?.output_tokens_details.reasoning_tokens, 6);
  });

  it('refuses what it does not offer, and names the field', async () => {
    const refused: [object, string][] = [
      [{ background: true }, 'background'],
      [{ conversation: 'conv_1' }, 'conversation'],
      [{ previous_response_id: 'resp_unknown' }, 'previous_response_id'],
      [{ input: [{ type: 'function_call', call_id: 'c', name: 'f' }] }, 'input[0].arguments'],
      [{ input: [{ role: 'user' }] }, 'input[0].content'],
    ];
    for (const [fields, param] of refused) {
      const body = { model: MODEL, input: 'Hi', ...fields };
      await assert.rejects(client.responses.create(body), { status: 400, param });
    }
  });
});

describe('responses.stream', () => {
  for (const input of ['Why?', `Why? ${'word '.repeat(3000)}`]) {
    it(`ends with what its events have said, after ${input.length} characters`, async () => {
      const types: string[] = [];
      const numbers: number[] = [];
      let text = '';
      const stream = client.responses.stream({
        model: REASONING,
        input,
        instructions: input,
        max_output_tokens: 4000,
        ignore_eos: true,
      } as Parameters<typeof client.responses.stream>[0]);
      for await (const event of stream) {
        if (event.type !== types.at(-1)) types.push(event.type);
        numbers.push(event.sequence_number);
        if (event.type === 'response.output_text.delta') text += event.delta;
      }
      const response = await stream.finalResponse();
      assert.deepEqual(types, [
        'response.created',
        'response.in_progress',
        'response.output_item.added',
        'response.content_part.added',
        'response.reasoning_text.delta',
        'response.reasoning_text.done',
        'response.content_part.done',
        'response.output_item.done',
        'response.output_item.added',
        'response.content_part.added',
        'response.output_text.delta',
        'response.output_text.done',
        'response.content_part.done',
        'response.output_item.done',
        'response.incomplete',
      ]);
      assert.deepEqual(numbers, [...numbers.keys()]);
      assert.equal(response.output_text, text);
      assert.equal(response.usage?.output_tokens, 4000);
    });
  }
});

for (const flag of ['', '--strict-token-counting']) {
  describe(`a turn of a conversation, ${flag || 'with words as tokens'}`, () => {
    it('finds the blocks of the turn before and of its answer', async () => {
      const flags = `${INSTANT} --kv-cache-block-size ${BLOCK} ${flag}`;
      const own = await startServer(flags);
      try {
        const openai = new OpenAI({ baseURL: own.baseURL, apiKey: 'none', maxRetries: 0 });
        let previous: string | null = null;
        let covered = 0;
        for (const input of ['Tell me of the sea.', 'And of the wind?', 'And of fire?']) {
          const body = { model: REASONING, input, previous_response_id: previous };
          const response: OpenAI.Responses.Response = await openai.responses.create(body);
          const { id, usage } = response;
          assert.ok(usage !== undefined && usage.output_tokens > 2 * BLOCK);
          assert.ok(usage.input_tokens_details.cached_tokens >= covered);
          // The last token of an answer is never computed on.
          covered = Math.floor((usage.total_tokens - 1) / BLOCK) * BLOCK;
          previous = id;
        }
      } finally {
        await own.stop();
      }
    });
  });
}

describe('a stored response', () => {
  it('is read, says its input, and is gone once deleted', async () => {
    const first = await client.responses.create({ model: REASONING, input: 'One?' });
    const second = await client.responses.create({
      model: REASONING,
      input: [{ role: 'user', content: 'Two?' }],
      previous_response_id: first.id,
    });
    const { output_text: _, ...shown } = await client.responses.retrieve(second.id);
    assert.deepEqual(shown, JSON.parse(JSON.stringify({ ...second, output_text: undefined })));
    const items = [];
    for await (const item of client.responses.inputItems.list(second.id, { limit: 2 })) {
      items.push(item.type);
    }
    assert.deepEqual(items, ['message', 'message', 'reasoning', 'message']);
    await client.responses.delete(second.id);
    await assert.rejects(client.responses.retrieve(second.id), { status: 404, code: null });
  });

  it('is none with store: false', async () => {
    const { id } = await client.responses.create({ model: MODEL, input: 'One?', store: false });
    await assert.rejects(client.responses.retrieve(id), { status: 404 });
  });
});
