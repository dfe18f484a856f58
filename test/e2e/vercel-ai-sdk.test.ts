import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { APICallError, generateText, type LanguageModel, streamText } from 'ai';
import { INSTANT, startServer, type TestServer } from '../support/server.ts';

/** The Vercel AI SDK, with its OpenAI provider and with the one for compatible servers. */

const PROMPT = 'Why do caches help?';

let server: TestServer;
before(async () => {
  server = await startServer(INSTANT);
});
after(() => server.stop());

function chatModel(id: string): LanguageModel {
  return createOpenAI({ baseURL: server.baseURL, apiKey: 'any' }).chat(id);
}

function compatibleModel(id: string): LanguageModel {
  const { baseURL } = server;
  return createOpenAICompatible({ name: 'fakeai', baseURL, includeUsage: true })(id);
}

const PROVIDERS = [
  ['@ai-sdk/openai', chatModel],
  ['@ai-sdk/openai-compatible', compatibleModel],
] as const;

for (const [provider, modelOf] of PROVIDERS) {
  describe(provider, () => {
    it('generates text with a usage', async () => {
      const model = modelOf('org/plain-model');
      const result = await generateText({ model, prompt: PROMPT, maxOutputTokens: 15 });
      assert.ok(result.text.length > 15);
      assert.equal(result.finishReason, 'length');
      assert.equal(result.usage.outputTokens, 15);
      assert.ok((result.usage.inputTokens ?? 0) > 4);
    });

    it('streams the same text that it generates', async () => {
      const asked = { model: modelOf('org/plain-model'), prompt: PROMPT, temperature: 0 };
      const streamed = streamText(asked);
      let pieces = 0;
      let text = '';
      for await (const piece of streamed.textStream) {
        pieces++;
        text += piece;
      }
      const { outputTokens } = await streamed.usage;
      assert.equal(pieces, outputTokens);
      assert.equal(await streamed.finishReason, 'stop');
      assert.equal((await generateText(asked)).text, text);
    });

    it('reports cached tokens of a prompt that was seen before', async () => {
      const prompt = `${provider} ${'a long prompt '.repeat(30)}`;
      const asked = { model: modelOf('org/plain-model'), prompt, maxOutputTokens: 2 };
      assert.equal((await generateText(asked)).usage.inputTokenDetails.cacheReadTokens, 0);
      const { usage } = await generateText(asked);
      const cached = usage.inputTokenDetails.cacheReadTokens ?? 0;
      assert.ok(cached >= 64 && cached < (usage.inputTokens ?? 0), String(cached));
    });

    it('throws an error that tells what was wrong', async () => {
      const model = modelOf('org/plain-model');
      const asked = { model, prompt: PROMPT, maxOutputTokens: 10_000_000, maxRetries: 0 };
      await assert.rejects(generateText(asked), (error) => {
        assert.ok(APICallError.isInstance(error));
        assert.equal(error.statusCode, 400);
        assert.match(error.message, /maximum context length is 8192 tokens/);
        return true;
      });
    });
  });
}

describe('@ai-sdk/openai-compatible', () => {
  it('tells reasoning and answer apart', async () => {
    const streamed = streamText({
      model: compatibleModel('deepseek-ai/DeepSeek-R1'),
      prompt: PROMPT,
      maxOutputTokens: 20,
    });
    const kinds: string[] = [];
    for await (const part of streamed.fullStream) {
      if (part.type === 'reasoning-delta' || part.type === 'text-delta') kinds.push(part.type);
    }
    const reasoning = new Array<string>(8).fill('reasoning-delta');
    assert.deepEqual(kinds, [...reasoning, ...new Array<string>(12).fill('text-delta')]);
    assert.equal((await streamed.usage).outputTokenDetails.reasoningTokens, 8);
  });
});
