import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import OpenAI from 'openai';
import { ask, chatBody, refused, stream } from '../support/chat-client.ts';
import {
  complete,
  joined,
  refusedCompletion,
  streamCompletion,
} from '../support/completion-client.ts';
import { INSTANT, startServer, type TestServer } from '../support/server.ts';

/** What is told of how likely tokens were. */

let server: TestServer;
before(async () => {
  server = await startServer(INSTANT);
});
after(() => server.stop());

type Entry = OpenAI.ChatCompletionTokenLogprob;

/** Holds the entries of one choice to the content that they are of. */
function agree(entries: readonly Entry[], content: string, top: number): void {
  assert.equal(entries.map(({ token }) => token).join(''), content);
  for (const { token, logprob, bytes, top_logprobs: likely } of entries) {
    assert.equal(Buffer.from(bytes ?? []).toString(), token);
    assert.ok(logprob < 0);
    assert.equal(likely.length, top);
    if (top > 0) assert.deepEqual([likely[0]?.token, likely[0]?.logprob], [token, logprob]);
  }
}

async function streamedEntries(body: Record<string, unknown>, index = 0): Promise<Entry[]> {
  const { chunks } = await stream(server, body);
  return chunks.flatMap(({ choices }) =>
    choices.flatMap((choice) => {
      if (choice.index !== index) return [];
      const entries = choice.logprobs?.content ?? [];
      assert.equal(entries.map(({ token }) => token).join(''), choice.delta.content ?? '');
      return entries;
    }),
  );
}

describe('the log probabilities of a chat', () => {
  const body = chatBody('hello', { logprobs: true, top_logprobs: 5, seed: 1, max_tokens: 40 });

  it('are of the tokens of the content, streamed and not', async () => {
    const { completion } = await ask(server, { ...body, n: 2 });
    for (const { index, message, logprobs } of completion.choices) {
      assert.equal(logprobs?.content?.length, 40);
      assert.equal(logprobs.refusal, null);
      agree(logprobs.content, message.content ?? '', 5);
      assert.deepEqual(await streamedEntries({ ...body, n: 2 }, index), logprobs.content);
    }
  });

  it('leave out the reasoning', async () => {
    const thinking = { ...body, reasoning_effort: 'medium', model: 'gpt-oss-120b' };
    const { completion } = await ask(server, thinking);
    const [choice] = completion.choices;
    assert.equal(choice?.logprobs?.content?.length, 24);
    agree(choice.logprobs.content, choice.message.content ?? '', 5);
    assert.deepEqual(await streamedEntries(thinking), choice.logprobs.content);
  });

  it('of tokens that a stop sequence has held back come with their text', async () => {
    const { completion } = await ask(server, body);
    const content = completion.choices[0]?.message.content ?? '';
    const stop = [`${content.slice(40, 80)}!`, content.slice(120, 125)];
    const { completion: cut } = await ask(server, { ...body, stop });
    const [choice] = cut.choices;
    assert.equal(choice?.finish_reason, 'stop');
    agree(choice.logprobs?.content ?? [], choice.message.content ?? '', 5);
    assert.deepEqual(await streamedEntries({ ...body, stop }), choice.logprobs?.content);
    assert.equal(cut.usage.completion_tokens, choice.logprobs?.content?.length);
  });

  it('can be had without the likeliest tokens, and of a body that is sent in slices', async () => {
    const long = { logprobs: true, ignore_eos: true, max_tokens: 3000 };
    const { completion } = await ask(server, chatBody('hello', { ...long, top_logprobs: null }));
    const [choice] = completion.choices;
    assert.equal(choice?.logprobs?.content?.length, 3000);
    agree(choice.logprobs.content, choice.message.content ?? '', 0);
  });

  it('are told to those who ask only', async () => {
    for (const extra of [{}, { logprobs: false }, { top_logprobs: 0 }]) {
      const { completion } = await ask(server, chatBody('hello', extra));
      assert.equal(completion.choices[0]?.logprobs, null);
    }
    const { error } = await refused(server, chatBody('hello', { top_logprobs: 2 }));
    assert.deepEqual([error.code, error.param], ['unsupported_parameter', 'top_logprobs']);
    const { error: many } = await refused(server, { ...body, top_logprobs: 21 });
    assert.deepEqual([many.code, many.param], ['integer_above_max_value', 'top_logprobs']);
  });
});

describe('the log probabilities of a completion', () => {
  const body = { prompt: ['a', 'b'], logprobs: 3, max_tokens: 30, seed: 2 };

  it('are four lists of its tokens, streamed and not', async () => {
    const { choices } = await complete(server, body);
    const chunks = await streamCompletion(server, body);
    for (const { index, text, logprobs } of choices) {
      assert.ok(logprobs?.tokens && logprobs.text_offset && logprobs.top_logprobs);
      assert.equal(logprobs.tokens.join(''), text);
      for (const [at, token] of logprobs.tokens.entries()) {
        assert.equal(text.slice(logprobs.text_offset[at]).startsWith(token), true);
        const likely: Record<string, number> = logprobs.top_logprobs[at] ?? {};
        assert.equal(Object.keys(likely).length, 3);
        assert.equal(likely[token], logprobs.token_logprobs?.[at]);
      }
      const own = chunks.flatMap((chunk) => chunk.choices).filter((each) => each.index === index);
      const told = own.flatMap((choice) => (choice.logprobs === null ? [] : [choice.logprobs]));
      for (const list of ['tokens', 'token_logprobs', 'top_logprobs', 'text_offset'] as const) {
        assert.deepEqual(
          told.flatMap((each): unknown[] => each[list] ?? []),
          logprobs[list],
        );
      }
      assert.equal(joined(chunks, index).text, text);
    }
  });

  it('tell of the chosen token alone for 0, and of no more than five', async () => {
    const { choices } = await complete(server, { ...body, logprobs: 0 });
    const { logprobs } = choices[0] ?? {};
    assert.deepEqual(Object.keys(logprobs?.top_logprobs?.[0] ?? {}), logprobs?.tokens?.slice(0, 1));
    assert.deepEqual(await refusedCompletion(server, { ...body, logprobs: 6 }), [
      400,
      'integer_above_max_value',
      'logprobs',
    ]);
    const { choices: silent } = await complete(server, { ...body, logprobs: null });
    assert.equal(silent[0]?.logprobs, null);
  });
});

describe('the SDK of OpenAI', () => {
  it('gathers the log probabilities of a stream', async () => {
    const client = new OpenAI({ apiKey: 'none', baseURL: server.baseURL, maxRetries: 0 });
    const completion = await client.chat.completions
      .stream({
        model: 'm',
        messages: [{ role: 'user', content: 'hello' }],
        logprobs: true,
        top_logprobs: 2,
        max_tokens: 10,
      })
      .finalChatCompletion();
    const [choice] = completion.choices;
    assert.equal(choice?.logprobs?.content?.length, 10);
    agree(choice.logprobs.content, choice.message.content ?? '', 2);
  });
});
