import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import {
  ask,
  type ChatBody,
  chatBody,
  choiceOf,
  prompt,
  refused,
  stream,
  usageOf,
} from '../support/chat-client.ts';
import { INSTANT, startServer, type TestServer } from '../support/server.ts';

/** What answers say, and that all ways to ask for one agree. */

let server: TestServer;
before(async () => {
  server = await startServer(INSTANT);
});
after(() => server.stop());

const WITH_USAGE = { stream_options: { include_usage: true } };

/** An answer streamed and whole, which must be the same answer. */
async function bothWays(extra: ChatBody) {
  const body = chatBody('What is the answer?', { seed: 11, ...extra });
  const { completion } = await ask(server, body);
  const reply = await stream(server, { ...body, ...WITH_USAGE });
  assert.ok(reply.isDone);
  for (const { index, message, finish_reason } of completion.choices) {
    const streamed = choiceOf(reply, index);
    assert.equal(streamed.content, message.content);
    assert.equal(streamed.finishReason, finish_reason);
  }
  const usage = usageOf(reply);
  assert.equal(usage.completion_tokens, completion.usage.completion_tokens);
  assert.equal(usage.prompt_tokens, completion.usage.prompt_tokens);
  return { completion, reply, usage };
}

function contentOf(completion: { choices: { message: { content: string | null } }[] }): string {
  return completion.choices[0]?.message.content ?? assert.fail('the answer has no content');
}

describe('an answer', () => {
  it('is as many tokens as its usage says, streamed, whole and to a tokenizer', async () => {
    const variants: ChatBody[] = [
      {},
      { max_tokens: 1 },
      { max_tokens: 37, ignore_eos: true },
      { max_completion_tokens: 20, max_tokens: 40, ignore_eos: true },
      { min_tokens: 300 },
      { n: 3 },
      { n: 2, max_tokens: 9 },
      { model: 'openai/gpt-oss-120b', max_tokens: 600, ignore_eos: true },
    ];
    for (const variant of variants) {
      const { completion, reply, usage } = await bothWays(variant);
      let streamed = 0;
      let counted = 0;
      for (const { index, message } of completion.choices) {
        streamed += choiceOf(reply, index).tokens;
        counted += countTokens(message.content ?? '');
      }
      assert.equal(streamed, usage.completion_tokens, JSON.stringify(variant));
      assert.equal(counted, usage.completion_tokens, JSON.stringify(variant));
    }
  });

  it('ends at its limit with length, and before it with stop', async () => {
    const cut = await bothWays({ max_tokens: 7 });
    assert.equal(cut.completion.choices[0]?.finish_reason, 'length');
    assert.equal(cut.usage.completion_tokens, 7);
    const whole = await bothWays({ max_tokens: 4000 });
    assert.equal(whole.completion.choices[0]?.finish_reason, 'stop');
    assert.match(contentOf(whole.completion), /[.?!]$/);
    const exact = await bothWays({ max_tokens: 400, ignore_eos: true });
    assert.equal(exact.completion.choices[0]?.finish_reason, 'length');
    assert.equal(exact.usage.completion_tokens, 400);
    const newer = await bothWays({ max_completion_tokens: 5, max_tokens: 50 });
    assert.equal(newer.usage.completion_tokens, 5);
    const long = await bothWays({ min_tokens: 500, max_tokens: 4000 });
    assert.equal(long.usage.completion_tokens, 500);
    assert.equal(long.completion.choices[0]?.finish_reason, 'stop');
  });

  it('is the same for the same seed, and another one for any other', async () => {
    const texts = new Set<string>();
    for (const extra of [{ seed: 1 }, { seed: 1 }, { seed: 2 }, {}, {}]) {
      texts.add(contentOf((await ask(server, chatBody('Same?', extra))).completion));
    }
    assert.equal(texts.size, 4);
    const cold = chatBody('Same?', { temperature: 0 });
    const [a, b] = [await ask(server, cold), await ask(server, cold)];
    assert.equal(contentOf(a.completion), contentOf(b.completion));
  });

  it('has choices that differ', async () => {
    const { completion } = await ask(server, chatBody('Several?', { n: 4, seed: 5 }));
    assert.equal(new Set(completion.choices.map((choice) => choice.message.content)).size, 4);
  });
});

describe('a stop sequence', () => {
  it('ends an answer before it, whatever tokens it lies across', async () => {
    const whole = contentOf((await bothWays({ max_tokens: 60, ignore_eos: true })).completion);
    for (const [from, to] of [
      [40, 43],
      [57, 71],
      [100, 101],
      [120, 150],
    ] as const) {
      const stop = whole.slice(from, to);
      const { completion, usage } = await bothWays({ max_tokens: 60, ignore_eos: true, stop });
      const text = contentOf(completion);
      assert.equal(text, whole.slice(0, whole.indexOf(stop)));
      assert.equal(completion.choices[0]?.finish_reason, 'stop');
      assert.ok(usage.completion_tokens <= 60);
      assert.ok(Math.abs(countTokens(text) - usage.completion_tokens) <= 1, 'the last one was cut');
    }
  });

  it('is the first of several, and does not count before min_tokens', async () => {
    const asked = { max_tokens: 60, ignore_eos: true };
    const whole = contentOf((await bothWays(asked)).completion);
    const [late, early] = [whole.slice(90, 100), whole.slice(50, 60)];
    const stop = [late, 'never in it', early];
    const { completion } = await bothWays({ ...asked, stop });
    assert.equal(contentOf(completion), whole.slice(0, whole.indexOf(early)));
    const least = await bothWays({ ...asked, stop: ['e'], min_tokens: 30 });
    assert.ok(least.usage.completion_tokens >= 30);
    assert.equal(least.completion.choices[0]?.finish_reason, 'stop');
  });

  it('that never comes changes nothing', async () => {
    const asked = { max_tokens: 60, ignore_eos: true };
    const [plain, stopped] = [await bothWays(asked), await bothWays({ ...asked, stop: '\u0000' })];
    assert.equal(contentOf(stopped.completion), contentOf(plain.completion));
    assert.equal(stopped.completion.choices[0]?.finish_reason, 'length');
  });
});

describe('a reasoning model', () => {
  const asked = { model: 'deepseek-ai/DeepSeek-R1', max_tokens: 50, ignore_eos: true };

  it('thinks first, and its thoughts count as tokens of the answer', async () => {
    const { completion, reply, usage } = await bothWays({ ...asked, reasoning_effort: 'high' });
    assert.equal(usage.completion_tokens, 50);
    assert.equal(usage.completion_tokens_details?.reasoning_tokens, 30);
    const { reasoning, content, tokens } = choiceOf(reply);
    assert.equal(tokens, 50);
    assert.equal(countTokens(reasoning), 30);
    assert.equal(countTokens(content), 20);
    const message = { reasoning_content: '', ...completion.choices[0]?.message };
    assert.equal(message.reasoning_content, reasoning);
    const kinds = reply.chunks.flatMap(({ choices }) =>
      Object.keys(choices[0]?.delta ?? {}).filter((key) => key !== 'role'),
    );
    const lastThought = kinds.lastIndexOf('reasoning_content');
    assert.ok(lastThought < kinds.indexOf('content', 1), 'the answer follows the thoughts');
  });

  it('can be told not to, and others can be told to', async () => {
    const off = await bothWays({ ...asked, chat_template_kwargs: { enable_thinking: false } });
    assert.equal(off.usage.completion_tokens_details?.reasoning_tokens, 0);
    assert.ok(!('reasoning_content' in (off.completion.choices[0]?.message ?? {})));
    const thinking = { enable_thinking: true };
    const on = await bothWays({ ...asked, model: 'm', chat_template_kwargs: thinking });
    assert.equal(on.usage.completion_tokens_details?.reasoning_tokens, 20);
  });
});

describe('a prompt', () => {
  it('costs the same as a string and as parts', async () => {
    const asString = await ask(server, chatBody('hello', { max_tokens: 1 }));
    assert.equal(asString.completion.usage.prompt_tokens, 8);
    const content = [{ type: 'text', text: 'hello' }];
    const asParts = { model: 'm', max_tokens: 1, messages: [{ role: 'user', content }] };
    assert.equal((await ask(server, asParts)).completion.usage.prompt_tokens, 8);
  });

  it('that does not fit the window is refused before any byte, streamed or not', async () => {
    for (const extra of [
      { max_tokens: 8190 },
      { messages: [{ role: 'user', content: prompt('long', 9000) }] },
    ]) {
      for (const isStream of [false, true]) {
        const body = chatBody('hello', { stream: isStream, ...extra });
        const { status, error } = await refused(server, body);
        assert.equal(status, 400);
        assert.equal(error.code, 'context_length_exceeded');
        assert.equal(error.param, 'messages');
        assert.match(error.message, /maximum context length is 8192 tokens/);
      }
    }
  });

  it('that no worker has the blocks for is refused with the same error, and placed nowhere', async () => {
    const tiny = await startServer(`${INSTANT} --kv-cache-num-blocks 16`);
    try {
      for (const isStream of [false, true]) {
        const body = chatBody(prompt('word', 400), { stream: isStream, max_tokens: 5 });
        const { status, error } = await refused(tiny, body);
        assert.equal(status, 400);
        assert.equal(error.code, 'context_length_exceeded');
        assert.match(error.message, /maximum context length is 256 tokens/);
      }
      const full = chatBody('hello', { max_tokens: 249, ignore_eos: true });
      assert.equal((await ask(tiny, full)).completion.usage.total_tokens, 257);
      await refused(tiny, { ...full, max_tokens: 250 });
      assert.equal(tiny.gateway.cluster.counts.submitted, 1);
    } finally {
      await tiny.stop();
    }
  });

  it('with an absurd limit is refused without a plan, where windows are not looked at', async () => {
    const open = await startServer(`${INSTANT} --no-enable-context-validation`);
    try {
      for (const extra of [{}, { stop: 'never' }, { n: 128 }]) {
        const limit = { max_tokens: 2 ** 31 - 1, ignore_eos: true };
        const { status, error } = await refused(open, chatBody('x', { ...limit, ...extra }));
        assert.equal(status, 400);
        assert.equal(error.code, 'context_length_exceeded');
      }
      assert.equal(open.gateway.cluster.counts.submitted, 0);
    } finally {
      await open.stop();
    }
  });
});

describe('a field of the wrong kind', () => {
  it('is named in the error', async () => {
    const bad: readonly (readonly [extra: ChatBody, param: string, code: string])[] = [
      [{ model: 7 }, 'model', 'invalid_type'],
      [{ model: null }, 'model', 'missing_required_parameter'],
      [{ messages: [] }, 'messages', 'empty_array'],
      [{ messages: [{ role: 'robot', content: 'x' }] }, 'messages[0].role', 'invalid_value'],
      [{ messages: [{ role: 'user', content: 5 }] }, 'messages[0].content', 'invalid_type'],
      [{ max_tokens: '5' }, 'max_tokens', 'invalid_type'],
      [{ max_tokens: 0 }, 'max_tokens', 'integer_below_min_value'],
      [{ n: 129 }, 'n', 'integer_above_max_value'],
      [{ stream: 'yes' }, 'stream', 'invalid_type'],
      [{ stream_options: { include_usage: true } }, 'stream_options', 'unsupported_parameter'],
      [{ stop: ['a', 'b', 'c', 'd', 'e'] }, 'stop', 'array_above_max_length'],
      [{ top_p: 1.5 }, 'top_p', 'decimal_above_max_value'],
    ];
    for (const [extra, param, code] of bad) {
      const { status, error } = await refused(server, chatBody('x', extra));
      assert.equal(status, 400);
      assert.equal(error.type, 'invalid_request_error');
      assert.deepEqual([error.param, error.code], [param, code]);
    }
  });

  it('is no error where the field is unknown', async () => {
    const extra = { top_k: 'x', guided_json: {}, kv_transfer_params: [], made_up: { deep: [1] } };
    await ask(server, chatBody('x', { max_tokens: 1, ...extra }));
  });
});
