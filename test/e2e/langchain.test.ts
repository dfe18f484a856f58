import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { HumanMessage, SystemMessage, type UsageMetadata } from '@langchain/core/messages';
import { ChatOpenAI } from '@langchain/openai';
import { INSTANT, startServer, type TestServer } from '../support/server.ts';

/** LangChain's OpenAI chat model against the real server. */

const MESSAGES = [new SystemMessage('You answer shortly.'), new HumanMessage('What is a queue?')];

let server: TestServer;
let model: ChatOpenAI;
before(async () => {
  server = await startServer(INSTANT);
  model = new ChatOpenAI({
    model: 'org/plain-model',
    apiKey: 'any',
    maxTokens: 12,
    temperature: 0,
    maxRetries: 0,
    configuration: { baseURL: server.baseURL },
  });
});
after(() => server.stop());

function outputTokensOf(message: { readonly usage_metadata?: UsageMetadata | undefined }): number {
  return message.usage_metadata?.output_tokens ?? 0;
}

describe('ChatOpenAI', () => {
  it('invokes the model', async () => {
    const message = await model.invoke(MESSAGES);
    assert.ok(typeof message.content === 'string' && message.content.length > 12);
    assert.equal(outputTokensOf(message), 12);
    assert.equal(message.response_metadata.finish_reason, 'length');
  });

  it('streams the same answer, its usage at the end', async () => {
    const invoked = await model.invoke(MESSAGES);
    let text = '';
    let pieces = 0;
    let outputTokens = 0;
    for await (const chunk of await model.stream(MESSAGES)) {
      if (chunk.content !== '') pieces++;
      text += String(chunk.content);
      outputTokens += outputTokensOf(chunk);
    }
    assert.equal(text, invoked.content);
    assert.equal(pieces, 12);
    assert.equal(outputTokens, 12);
  });

  it('answers a batch', async () => {
    const answers = await model.batch([MESSAGES, MESSAGES, MESSAGES]);
    assert.equal(new Set(answers.map((answer) => answer.content)).size, 1, 'temperature is 0');
  });
});
