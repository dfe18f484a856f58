import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { CHAT_PATH, type Chunk, chatBody, readEvents } from '../support/chat-client.ts';
import { eventually } from '../support/eventually.ts';
import { openStream, STUCK } from '../support/open-stream.ts';
import { RawConnection, rawExchange, rawPost } from '../support/raw-connection.ts';
import { startServer, type TestServer } from '../support/server.ts';

/** What a stream looks like on the wire, HTTP chunk by HTTP chunk. */

// Tokens 2 ms apart, so that most of them leave in writes of their own.
const FLAGS = '--ttft 5:0 --itl 2:0';
const TOKENS = 12;

let server: TestServer;
before(async () => {
  server = await startServer(FLAGS);
});
after(() => server.stop());

function streamRequest(
  extra: Record<string, unknown> = {},
  headers: readonly string[] = [],
): string {
  const body = chatBody('How are streams sent?', {
    stream: true,
    max_tokens: TOKENS,
    ignore_eos: true,
    ...extra,
  });
  return rawPost(CHAT_PATH, JSON.stringify(body), headers);
}

function dataOf(chunk: string): Chunk {
  assert.ok(chunk.startsWith('data: {'), chunk);
  return JSON.parse(chunk.slice('data: '.length));
}

describe('the events of a stream', () => {
  it('has one event in each HTTP chunk, and [DONE] in the last one, alone', async () => {
    const options = { stream_options: { include_usage: true } };
    const { chunks } = await rawExchange(server.port, streamRequest(options));
    for (const chunk of chunks) {
      assert.match(chunk, /^data: [^\n]+\n\n$/);
      assert.equal(chunk.indexOf('data: ', 1), -1, 'no second event');
    }
    assert.equal(chunks.at(-1), 'data: [DONE]\n\n');
    const kinds = chunks.slice(0, -1).map((chunk) => {
      const { choices } = dataOf(chunk);
      const [choice] = choices;
      if (choice === undefined) return 'usage';
      if (choice.finish_reason !== null) return 'finish';
      return choice.delta.role === undefined ? 'content' : 'role';
    });
    const content = new Array<string>(TOKENS).fill('content');
    assert.deepEqual(kinds, ['role', ...content, 'finish', 'usage']);
  });

  it('consists of nothing but data lines', async () => {
    const { body, headers } = await rawExchange(server.port, streamRequest());
    assert.equal(headers.get('content-type'), 'text/event-stream');
    assert.doesNotMatch(body, /\r|\uFEFF|^(:|event:|id:|retry:)/m);
    assert.ok(readEvents(body).isDone);
  });

  it('says the role once for each choice, right before its first token', async () => {
    const reply = readEvents((await rawExchange(server.port, streamRequest({ n: 3 }))).body);
    const chunks = reply.chunks.map(({ choices }) => choices[0]);
    for (const index of [0, 1, 2]) {
      const own = chunks.filter((choice) => choice?.index === index);
      assert.deepEqual(own[0]?.delta, { role: 'assistant', content: '' });
      assert.ok(own.slice(1).every((choice) => choice?.delta.role === undefined));
      const at = chunks.findIndex((choice) => choice?.index === index);
      const next = chunks[at + 1];
      assert.equal(next?.index, index);
      assert.ok(next?.delta.content, 'the first token follows');
    }
  });
});

describe('the usage of a stream', () => {
  it('is there exactly when it was asked for', async () => {
    const plain = readEvents((await rawExchange(server.port, streamRequest())).body);
    assert.ok(plain.chunks.every((chunk) => !('usage' in chunk) && chunk.choices.length === 1));

    const options = { stream_options: { include_usage: true } };
    const final = readEvents((await rawExchange(server.port, streamRequest(options))).body);
    const closing = final.chunks.at(-1);
    assert.deepEqual(closing?.choices, []);
    assert.equal(closing?.usage?.completion_tokens, TOKENS);
    for (const chunk of final.chunks.slice(0, -1)) {
      assert.equal(chunk.usage, null);
      assert.equal(chunk.choices.length, 1);
    }
  });

  it('counts up in every chunk in continuous mode, and still closes the stream', async () => {
    const options = { include_usage: true, continuous_usage_stats: true };
    const request = streamRequest({ stream_options: options, n: 2 });
    const { chunks } = readEvents((await rawExchange(server.port, request)).body);
    let sent = 0;
    for (const { choices, usage } of chunks) {
      if (choices[0]?.delta.content) sent++;
      assert.equal(usage?.completion_tokens, sent);
      assert.equal(usage?.total_tokens, sent + (usage?.prompt_tokens ?? 0));
    }
    assert.equal(sent, 2 * TOKENS);
    assert.deepEqual(chunks.at(-1)?.choices, []);
  });
});

describe('a stream', () => {
  it('names the same object, id, model and time in every chunk', async () => {
    const { chunks } = readEvents((await rawExchange(server.port, streamRequest())).body);
    const [first] = chunks;
    assert.equal(first?.object, 'chat.completion.chunk');
    assert.match(first?.id ?? '', /^chatcmpl-[0-9a-zA-Z]{24,}$/);
    assert.equal(first?.model, 'test/model');
    assert.match(first?.system_fingerprint ?? '', /^fp_[0-9a-f]{10}$/);
    for (const { choices, usage, ...common } of chunks) {
      const { choices: _, usage: __, ...expected } = first ?? assert.fail();
      assert.deepEqual(common, expected);
    }
  });

  it('takes further requests on its connection after the end', async () => {
    const connection = await RawConnection.open(server.port);
    for (let turn = 0; turn < 3; turn++) {
      connection.send(streamRequest());
      const { chunks } = await connection.readAnswer();
      assert.equal(chunks.at(-1), 'data: [DONE]\n\n');
      assert.equal(connection.unread, '');
    }
    await connection.close();
  });
});

describe('a stream whose second token is far away', () => {
  let slow: TestServer;
  before(async () => {
    slow = await startServer(`${STUCK} --max-num-seqs 1 --kv-cache-num-workers 1`);
  });
  after(() => slow.stop());

  it('has its first token on the wire', async () => {
    const connection = await RawConnection.open(slow.port);
    connection.send(streamRequest());
    const { statusLine } = await connection.readHead();
    assert.equal(statusLine, 'HTTP/1.1 200 OK');
    assert.match((await connection.readChunk()) ?? '', /"role":"assistant"/);
    assert.match(await connection.readThrough('\n\n'), /"content":"[^"]/);
    await connection.close();
  });

  it('has sent python-requests a whole chunk with that line', async () => {
    const connection = await RawConnection.open(slow.port);
    // A chunk ends with the bytes of the next one, and this client waits for the end of a chunk.
    connection.send(streamRequest({}, ['user-agent: python-requests/2.28.1']));
    await connection.readHead();
    assert.match((await connection.readChunk()) ?? '', /^data: .*"role":"assistant".*\n$/);
    assert.equal(await connection.readChunk(), '\n');
    assert.match((await connection.readChunk()) ?? '', /^data: .*"content":"[^"].*\n$/);
    await connection.close();
  });

  it('has sent nothing, not even a status, while its first token is far away as well', async () => {
    const running = await openStream(slow);
    const waiting = await RawConnection.open(slow.port);
    waiting.send(streamRequest());
    await eventually('both are with the worker', () => slow.gateway.answers === 2);
    // Whatever the server had written for the stream would be here before this answer.
    assert.equal((await fetch(`${slow.origin}/live`)).status, 200);
    assert.equal(waiting.unread, '');
    await Promise.all([running.close(), waiting.close()]);
  });
});
