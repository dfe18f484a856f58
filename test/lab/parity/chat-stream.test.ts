import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, createServer, type Server } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { type ChatReply, streamChat } from '../../../lab/parity/chat-stream.ts';

/** Answers every request with these pieces of a body, each in a write of its own. */
let answer: { readonly status: number; readonly pieces: readonly string[] };

const USAGE =
  '{"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":2,' +
  '"prompt_tokens_details":{"cached_tokens":4}}}';

function event(data: string): string {
  return `data: ${data}\n\n`;
}

function token(text: string): string {
  return event(`{"choices":[{"index":0,"delta":{"content":"${text}"}}],"usage":null}`);
}

describe('a streamed answer', () => {
  let server: Server;
  let url: URL;
  const agent = new Agent();
  before(async () => {
    server = createServer(async (request, response) => {
      request.resume();
      response.writeHead(answer.status, { 'x-fakeai-worker': 'worker-3' });
      for (const piece of answer.pieces) {
        response.write(piece);
        await new Promise(setImmediate);
      }
      response.end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    assert.ok(typeof address === 'object' && address !== null);
    url = new URL(`http://127.0.0.1:${address.port}/`);
  });
  after(() => {
    agent.destroy();
    server.close();
  });

  const ask = (status: number, pieces: readonly string[]): Promise<ChatReply> => {
    answer = { status, pieces };
    const messages = [{ role: 'user', content: 'x' } as const];
    return streamChat({ url, agent, model: 'm', session: 's', messages, outputTokens: 2 });
  };

  it('is taken apart wherever it is cut', async () => {
    const whole = token('') + token('one') + token(' two') + event(USAGE) + event('[DONE]');
    for (const size of [1, 7, 100, whole.length]) {
      const pieces = whole.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
      const reply = await ask(200, pieces);
      assert.equal(reply.text, 'one two');
      assert.equal(reply.gapsUs.length, 1);
      assert.deepEqual(
        [reply.promptTokens, reply.cachedTokens, reply.completionTokens, reply.worker],
        [9, 4, 2, 'worker-3'],
      );
      assert.ok(reply.ttftUs >= 0 && reply.e2eUs >= reply.ttftUs);
    }
  });

  it('that is refused is a failure with the reason', async () => {
    const refused = ask(429, ['{"error":{"message":"too ', 'busy"}}']);
    await assert.rejects(refused, { name: 'ChatFailure', message: /^status 429: .*too busy/ });
  });

  it('that ends early is a failure', async () => {
    for (const pieces of [
      [],
      [token('one')],
      [token('one'), event('[DONE]')],
      [event(USAGE), event('[DONE]')],
      [token('one'), event(USAGE)],
    ]) {
      await assert.rejects(ask(200, pieces), { name: 'ChatFailure', message: /ended early/ });
    }
  });
});
