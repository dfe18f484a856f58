import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import autocannon from 'autocannon';
import {
  CHAT_PATH,
  type ChatBody,
  type Chunk,
  chatBody,
  type Usage,
} from '../support/chat-client.ts';
import { eventually } from '../support/eventually.ts';
import { type RawAnswer, RawConnection, rawExchange, rawPost } from '../support/raw-connection.ts';
import { startServer, type TestServer } from '../support/server.ts';

/**
 * Load generators that cannot be installed here, each by an imitation of how it reads a stream: the
 * rules are those of its source, weaknesses included.
 */

const TOKENS = 25;
const PROMPT = 'Tell me about load generators';
const PARTS = [{ role: 'user', content: [{ type: 'text', text: PROMPT }] }];

let server: TestServer;
before(async () => {
  server = await startServer('--ttft 5:0 --itl 1:0');
});
after(() => server.stop());

function streamed(extra: ChatBody, headers: readonly string[] = []): Promise<RawAnswer> {
  const body = { ...chatBody(PROMPT), stream: true, ...extra };
  return rawExchange(server.port, rawPost(CHAT_PATH, JSON.stringify(body), headers));
}

describe('llmperf', () => {
  it('strips six bytes off every line and finds choices in the rest', async () => {
    const { body } = await streamed({ max_tokens: TOKENS }, ['user-agent: python-requests/2.28.1']);
    let text = '';
    let isDone = false;
    for (const line of body.split('\n')) {
      if (line === '') continue;
      const data = line.slice(6);
      isDone = data === '[DONE]';
      if (!isDone) text += JSON.parse(data).choices[0].delta.content ?? '';
    }
    assert.ok(isDone);
    assert.ok(text.length > TOKENS);
  });
});

describe('vllm bench serve', () => {
  /** Yields the messages that are complete after each read of the socket. */
  function* messages(reads: readonly string[]): Generator<string> {
    let buffer = '';
    for (const read of reads) {
      buffer += read.trim();
      for (let end = buffer.indexOf('\n\n'); end >= 0; end = buffer.indexOf('\n\n')) {
        yield buffer.slice(0, end).trim();
        buffer = buffer.slice(end + 2);
      }
      // A read is stripped of its last empty line, so what is left may be a whole message.
      if (/^data: (\[DONE\]|\{.*\})$/.test(buffer)) {
        yield buffer;
        buffer = '';
      }
    }
    assert.equal(buffer, '');
  }

  it('sees a token in every chunk with choices, and the usage in the one without', async () => {
    const asked = {
      messages: PARTS,
      max_completion_tokens: TOKENS,
      ignore_eos: true,
      temperature: 0,
      repetition_penalty: 1,
      logprobs: null,
      stream_options: { include_usage: true },
    };
    const { chunks, body } = await streamed(asked);
    for (const reads of [chunks, [body], [chunks.slice(0, 3).join(''), chunks.slice(3).join('')]]) {
      let withText = 0;
      let usage: Usage | undefined;
      for (const message of messages(reads)) {
        if (message === 'data: [DONE]') continue;
        const data: Chunk = JSON.parse(message.slice('data: '.length));
        if (data.choices.length > 0) withText += data.choices[0]?.delta.content ? 1 : 0;
        else if (data.usage) usage = data.usage;
      }
      assert.equal(withText, TOKENS);
      assert.equal(usage?.completion_tokens, TOKENS);
    }
  });
});

describe('sglang bench_serving', () => {
  it('parses every line that is not empty, and needs choices in each', async () => {
    const asked = { max_tokens: TOKENS, temperature: 0, best_of: 1, ignore_eos: true };
    const { body } = await streamed(asked);
    const lines = body.split('\n').filter((line) => line.trim() !== '');
    const data = lines.map((line) => line.replace(/^data: /, ''));
    assert.equal(data.pop(), '[DONE]');
    const texts = data.map((line) => JSON.parse(line).choices[0].delta.content ?? '');
    assert.equal(texts.filter((text) => text !== '').length, TOKENS);
  });
});

describe('perf_analyzer', () => {
  it('loses nothing although it takes the buffer with [DONE] for an empty response', async () => {
    const { chunks, headers } = await streamed({ max_tokens: TOKENS, ignore_eos: true });
    assert.match(headers.get('content-type') ?? '', /^text\/event-stream/);
    const records = chunks.filter((buffer) => !buffer.includes('data: [DONE]'));
    assert.equal(records.length, chunks.length - 1);
    let tokens = 0;
    for (const record of records) {
      for (const line of record.split('\n')) {
        if (line === '' || /^(:|event:|id:|retry:)/.test(line)) continue;
        const data: Chunk = JSON.parse(line.slice('data: '.length));
        assert.equal(data.object, 'chat.completion.chunk');
        if (data.choices[0]?.delta.content) tokens++;
      }
    }
    assert.equal(tokens, TOKENS);
  });
});

describe('aiperf', () => {
  it('gets the output length it asked for, and a usage that agrees with the chunks', async () => {
    const asked = {
      max_completion_tokens: TOKENS,
      min_tokens: TOKENS,
      ignore_eos: true,
      nvext: { annotations: [] },
      stream_options: { include_usage: true, continuous_usage_stats: true },
    };
    const id = '5f0c2a4e-1111-4222-8333-944455556666';
    const { body, headers } = await streamed(asked, [
      'user-agent: aiperf/0.13.0',
      'accept: text/event-stream',
      `x-request-id: ${id}`,
      'x-correlation-id: conversation-1',
    ]);
    assert.equal(headers.get('x-request-id'), id);
    let responses = 0;
    let counted = 0;
    for (const event of body.trim().split('\n\n')) {
      const data = event.replace(/^data: /, '');
      if (data === '[DONE]') continue;
      assert.ok(!('error' in JSON.parse(data)));
      const { choices, usage }: Chunk = JSON.parse(data);
      if (choices[0]?.delta.content) responses++;
      assert.ok(usage && usage.completion_tokens >= counted, 'the usage only grows');
      counted = usage.completion_tokens;
    }
    assert.equal(responses, TOKENS);
    assert.equal(counted, TOKENS);
  });
});

interface ModelList {
  readonly data: readonly { readonly id: string; readonly root: string }[];
}

describe('guidellm', () => {
  it('is told that the server is healthy and which model it has', async () => {
    assert.equal((await fetch(`${server.origin}/health`)).status, 200);
    const models: ModelList = JSON.parse(await (await fetch(`${server.baseURL}/models`)).text());
    assert.equal(models.data[0]?.id, 'openai/gpt-oss-120b');
    assert.equal(models.data[0]?.root, 'openai/gpt-oss-120b');
  });

  it('may close the connection at [DONE]: that is the end of a stream, not a client that left', async () => {
    const before = { ...server.gateway.metrics.answers.streams };
    const asked = { ...chatBody(PROMPT), messages: PARTS, stream: true, max_completion_tokens: 5 };
    const options = { include_usage: true, continuous_usage_stats: true };
    const body = JSON.stringify({ ...asked, stream_options: options });
    for (let turn = 0; turn < 5; turn++) {
      const connection = await RawConnection.open(server.port);
      connection.send(rawPost(CHAT_PATH, body));
      await connection.readThrough('data: [DONE]');
      if (turn % 2 === 0) connection.reset();
      await connection.close();
    }
    await eventually('the streams have ended', () => server.gateway.answers === 0);
    const { completed, ...others } = server.gateway.metrics.answers.streams;
    const { completed: completedBefore, ...othersBefore } = before;
    assert.equal(completed, completedBefore + 5);
    assert.deepEqual(others, othersBefore);
  });
});

describe('autocannon', () => {
  it('counts nothing but successes', async () => {
    const result = await autocannon({
      url: server.origin + CHAT_PATH,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(chatBody(PROMPT, { max_tokens: 5 })),
      connections: 20,
      amount: 400,
    });
    assert.equal(result['2xx'], 400);
    assert.equal(result.non2xx + result.errors + result.timeouts, 0);
  });
});
