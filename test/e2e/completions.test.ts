import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import OpenAI from 'openai';
import { LOGPROB_LISTS } from '../../gateway/api/openai/logprobs.ts';
import { ask, chatBody, prompt, usageOf } from '../support/chat-client.ts';
import {
  complete,
  joined,
  refusedCompletion,
  streamCompletion,
} from '../support/completion-client.ts';
import { INSTANT, startServer, type TestServer } from '../support/server.ts';

/** What a client of `/v1/completions` gets. */

let server: TestServer;
before(async () => {
  server = await startServer(`${INSTANT} --kv-cache-num-workers 1`);
});
after(() => server.stop());

describe('a completion', () => {
  it('has 16 tokens unless the request says how many', async () => {
    const { object, choices, usage } = await complete(server, { prompt: 'one two, three' });
    assert.equal(object, 'text_completion');
    assert.deepEqual([choices[0]?.index, choices[0]?.finish_reason], [0, 'length']);
    assert.deepEqual([usage.prompt_tokens, usage.completion_tokens], [4, 16]);
    const natural = await complete(server, { prompt: 'x', max_tokens: 4000 });
    assert.equal(natural.choices[0]?.finish_reason, 'stop');
    const exact = await complete(server, { prompt: 'x', max_tokens: 700, ignore_eos: true });
    assert.equal(exact.usage.completion_tokens, 700);
  });

  it('answers each prompt, those of prompt p with the indexes from p times n on', async () => {
    const body = { prompt: ['one', 'two two', 'one'], n: 2, max_tokens: 9, seed: 4 };
    const { choices, usage } = await complete(server, body);
    assert.deepEqual(
      choices.map(({ index }) => index),
      [0, 1, 2, 3, 4, 5],
    );
    const texts = choices.map(({ text }) => text);
    assert.deepEqual(texts.slice(4), texts.slice(0, 2), 'equal prompts, equal answers');
    assert.equal(new Set(texts).size, 4);
    assert.deepEqual([usage.prompt_tokens, usage.completion_tokens], [4, 54]);
    const alone = await complete(server, { ...body, prompt: 'two two' });
    assert.equal(alone.choices[1]?.text, texts[3]);
  });

  it('streams the text of every choice token by token, and what all have cost', async () => {
    const body = { prompt: ['one', 'two'], n: 2, max_tokens: 9, seed: 4 };
    const whole = await complete(server, body);
    const chunks = await streamCompletion(server, {
      ...body,
      stream_options: { include_usage: true },
    });
    for (const { index, text, finish_reason } of whole.choices) {
      assert.deepEqual(joined(chunks, index), { text, tokens: 9, finishReason: finish_reason });
    }
    assert.ok(chunks.every(({ object }) => object === 'text_completion'));
    const ids = new Set(chunks.map(({ id }) => id));
    assert.equal(ids.size, 1);
    assert.deepEqual(usageOf({ chunks: chunks as never }).completion_tokens, 36);
  });

  it('ends before a stop sequence', async () => {
    const body = { prompt: 'x', max_tokens: 60, seed: 1 };
    const { choices } = await complete(server, body);
    const text = choices[0]?.text ?? '';
    const stop = text.slice(50, 60);
    const cut = await complete(server, { ...body, stop });
    assert.equal(cut.choices[0]?.text, text.slice(0, text.indexOf(stop)));
    assert.equal(cut.choices[0]?.finish_reason, 'stop');
  });

  it('takes 2,048 prompts, and no more', async () => {
    const many = Array.from({ length: 2048 }, (_, at) => `prompt ${at}`);
    const { choices, usage } = await complete(server, { prompt: many, max_tokens: 2 });
    assert.equal(choices.length, 2048);
    assert.ok(choices.every(({ text, index }, at) => text !== '' && index === at));
    assert.deepEqual([usage.prompt_tokens, usage.completion_tokens], [4096, 4096]);
    const more = [...many, 'x'];
    assert.deepEqual(await refusedCompletion(server, { prompt: more }), [
      400,
      'array_above_max_length',
      'prompt',
    ]);
  });

  it('refuses a prompt that leaves no room for its answer, whichever it is', async () => {
    const long = prompt('word', 9000);
    for (const each of [long, ['x', long]]) {
      assert.deepEqual(await refusedCompletion(server, { prompt: each }), [
        400,
        'context_length_exceeded',
        'prompt',
      ]);
    }
    const [, code] = await refusedCompletion(server, { prompt: 'x', max_tokens: 9000 });
    assert.equal(code, 'context_length_exceeded');
  });
});

describe('the blocks of a prompt', () => {
  const ids = Array.from({ length: 64 }, (_, at) => at);
  const cached = ({ usage }: { usage: OpenAI.CompletionUsage }) =>
    usage.prompt_tokens_details?.cached_tokens;

  it('are hit by the same prompt, as text or as token ids', async () => {
    const first = await complete(server, { prompt: ids });
    assert.deepEqual([cached(first), first.usage.prompt_tokens], [0, 64]);
    assert.equal(cached(await complete(server, { prompt: [ids] })), 48);
    assert.equal(cached(await complete(server, { prompt: [...ids, 70] })), 64);
    assert.equal(cached(await complete(server, { prompt: [7, ...ids] })), 0);
  });

  it('are hit by what goes on from the answer', async () => {
    const text = prompt('story', 40);
    const { choices } = await complete(server, { prompt: text, max_tokens: 40 });
    const more = await complete(server, { prompt: `${text} ${choices[0]?.text} more` });
    assert.equal(cached(more), 64);
  });

  it('are not those of a chat, nor of another tenant', async () => {
    const text = prompt('secret', 64);
    await ask(server, chatBody(text, { model: 'm' }));
    assert.equal(cached(await complete(server, { prompt: text })), 0);
    assert.equal(cached(await complete(server, { prompt: text, cache_salt: 'b' })), 0);
    const { completion } = await ask(server, chatBody(text, { model: 'm' }));
    assert.equal(cached(completion), 64);
  });
});

describe('a prompt that is to be given back', () => {
  const texts = ['He said "no".\n', 'Zwei 漢字 😀', prompt('long', 2000)];
  const body = { prompt: texts, n: 2, max_tokens: 6, seed: 5, echo: true };

  it('stands before each of its answers, streamed and not', async () => {
    const plain = await complete(server, { ...body, echo: false });
    const { choices, usage } = await complete(server, body);
    const chunks = await streamCompletion(server, body);
    for (const { index, text } of choices) {
      const echoed = (texts[Math.floor(index / 2)] ?? '') + plain.choices[index]?.text;
      assert.equal(text, echoed);
      assert.equal(joined(chunks, index).text, echoed);
    }
    assert.deepEqual(usage.completion_tokens, plain.usage.completion_tokens);
  });

  it('has log probabilities for all tokens but the first', async () => {
    const asked = { ...body, logprobs: 2 };
    const { choices } = await complete(server, asked);
    const chunks = await streamCompletion(server, asked);
    for (const { index, text, logprobs } of choices) {
      assert.ok(logprobs?.tokens && logprobs.text_offset && logprobs.token_logprobs);
      assert.equal(logprobs.tokens.join(''), text);
      const characters = [...text];
      for (const [at, token] of logprobs.tokens.entries()) {
        const offset: number = logprobs.text_offset[at] ?? 0;
        assert.equal(characters.slice(offset, offset + [...token].length).join(''), token);
        const logprob: unknown = logprobs.token_logprobs[at];
        assert.equal(logprob === null, at === 0);
        assert.equal(logprobs.top_logprobs?.[at]?.[token] ?? null, logprob);
      }
      const own = chunks.flatMap((chunk) => chunk.choices).filter((each) => each.index === index);
      for (const list of LOGPROB_LISTS) {
        const streamed = own.flatMap((each): unknown[] => each.logprobs?.[list] ?? []);
        assert.deepEqual(streamed, logprobs[list]);
      }
    }
  });

  it('can be all that there is', async () => {
    const alone = { prompt: ['one two', 'three'], max_tokens: 0, echo: true, logprobs: 1 };
    const { choices, usage } = await complete(server, alone);
    assert.deepEqual(
      choices.map(({ text, finish_reason }) => [text, finish_reason]),
      [
        ['one two', 'length'],
        ['three', 'length'],
      ],
    );
    assert.deepEqual(choices[0]?.logprobs?.tokens, ['one', ' two']);
    assert.deepEqual([usage.prompt_tokens, usage.completion_tokens], [3, 0]);
    const chunks = await streamCompletion(server, alone);
    assert.deepEqual(joined(chunks, 1), { text: 'three', tokens: 1, finishReason: 'length' });
    const plain = await complete(server, { ...alone, logprobs: null, stop: 'x' });
    assert.deepEqual(
      plain.choices.map(({ text }) => text),
      ['one two', 'three'],
    );
  });

  it('as token ids is named by them, where they do not tell of a text', async () => {
    const ids = { prompt: [[5, 6], [7]], max_tokens: 1, echo: true };
    const { choices } = await complete(server, ids);
    assert.ok(choices[0]?.text.startsWith('<|5|><|6|>'));
    assert.ok(choices[1]?.text.startsWith('<|7|>'));
  });
});

describe('the best of several answers', () => {
  it('are those whose first tokens are the likeliest, and alone in the usage', async () => {
    const body = { prompt: ['a', 'b'], max_tokens: 20, seed: 6, logprobs: 0 };
    const all = await complete(server, { ...body, n: 8 });
    const best = await complete(server, { ...body, n: 2, best_of: 8 });
    const mean = ({ logprobs }: OpenAI.CompletionChoice) =>
      (logprobs?.token_logprobs ?? []).reduce((sum, each) => sum + each, 0);
    for (const prompt of [0, 1]) {
      const candidates = all.choices.slice(8 * prompt, 8 * prompt + 8);
      candidates.sort((a, b) => mean(b) - mean(a));
      const given = best.choices.slice(2 * prompt, 2 * prompt + 2);
      assert.deepEqual(
        given.map(({ text }) => text),
        candidates.slice(0, 2).map(({ text }) => text),
      );
    }
    assert.deepEqual(
      best.choices.map(({ index }) => index),
      [0, 1, 2, 3],
    );
    assert.equal(best.usage.completion_tokens, 80);
  });
});

describe('the SDK of OpenAI', () => {
  it('reads completions, streamed and not', async () => {
    const client = new OpenAI({ apiKey: 'none', baseURL: server.baseURL, maxRetries: 0 });
    const body = { model: 'm', prompt: ['a', 'b'], max_tokens: 5, seed: 3 };
    const whole = await client.completions.create(body);
    assert.equal(whole.choices.length, 2);
    const texts = ['', ''];
    for await (const { choices } of await client.completions.create({ ...body, stream: true })) {
      for (const { index, text } of choices) texts[index] += text;
    }
    assert.deepEqual(
      texts,
      whole.choices.map(({ text }) => text),
    );
  });
});
