import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import { INSTANT, startServer, type TestServer } from '../support/server.ts';

const MODEL = 'openai/gpt-oss-120b';

let server: TestServer;
before(async () => {
  server = await startServer(`${INSTANT} --strict-token-counting`);
});
after(() => server.stop());

async function post(path: string, body: unknown) {
  const response = await fetch(server.origin + path, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  return { status: response.status, json: JSON.parse(await response.text()) };
}

describe('POST /tokenize and /detokenize', () => {
  it('say the tokens of a text in o200k_base, and the text of tokens', async () => {
    for (const prompt of ['Hello, wörld 😀!', '', 'a\n\n  b\u0000"\\', 'x'.repeat(9000)]) {
      const { status, json } = await post('/tokenize', { model: MODEL, prompt });
      assert.equal(status, 200);
      assert.equal(json.max_model_len, 128_000);
      assert.equal(json.count, json.tokens.length);
      assert.equal(json.token_strs, null);
      if (prompt.length < 100) assert.deepEqual(json.tokens, encode(prompt));
      const { json: back } = await post('/detokenize', { model: MODEL, tokens: json.tokens });
      assert.deepEqual(back, { prompt });
    }
  });

  it('say long texts as well, in parts', async () => {
    const prompt = 'Some words of a "long" text, 1 2 3 😀.\n'.repeat(5000);
    const { json } = await post('/tokenize', { prompt, return_token_strs: true });
    assert.equal(json.token_strs.length, json.count);
    assert.ok(json.count > 50_000);
    const { json: back } = await post('/detokenize', { tokens: json.tokens });
    assert.ok(back.prompt === prompt);
  });

  it('counts a chat as its usage does, with and without the start of the answer', async () => {
    const messages = [{ role: 'user', content: 'hello' }];
    const { json } = await post('/tokenize', { model: MODEL, messages, return_token_strs: true });
    const chat = await post('/v1/chat/completions', { model: MODEL, messages, max_tokens: 1 });
    assert.equal(json.count, chat.json.usage.prompt_tokens);
    const start = ['<|im_start|>', 'assistant', '<|im_sep|>'];
    const asked = ['<|im_start|>', 'user', '<|im_sep|>', 'hello', '<|im_end|>'];
    assert.deepEqual(json.token_strs, [...asked, ...start]);
    const { json: bare } = await post('/tokenize', {
      model: MODEL,
      messages,
      add_generation_prompt: false,
    });
    assert.deepEqual(bare.tokens, json.tokens.slice(0, -3));
    const { json: back } = await post('/detokenize', { tokens: bare.tokens });
    assert.equal(back.prompt, asked.join(''));
  });

  it('refuse what is neither, both, or no token', async () => {
    for (const [path, body, param] of [
      ['/tokenize', {}, 'prompt'],
      ['/tokenize', { prompt: 'a', messages: [{ role: 'user', content: 'a' }] }, 'prompt'],
      ['/tokenize', { prompt: 5 }, 'prompt'],
      ['/detokenize', {}, 'tokens'],
      ['/detokenize', { tokens: [1, 3_000_000] }, 'tokens[1]'],
      ['/detokenize', { tokens: [-1] }, 'tokens[0]'],
    ] as const) {
      const { status, json } = await post(path, body);
      assert.deepEqual([status, json.error.param], [400, param], JSON.stringify(body));
    }
  });
});
