import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { CHAT_PATH, chatBody } from '../support/chat-client.ts';
import { RawConnection, rawExchange, rawGet, rawPost } from '../support/raw-connection.ts';
import { INSTANT, startServer, type TestServer } from '../support/server.ts';

/** Requests as clients may frame them, and answers to those that cannot be served. */

const BODY_BYTES_MAX = 20_000;

let server: TestServer;
before(async () => {
  server = await startServer(`${INSTANT} --max-request-size ${BODY_BYTES_MAX}`);
});
after(() => server.stop());

const BODY = JSON.stringify(chatBody('A question with ünïcödé in it', { max_tokens: 3 }));

function errorOf(body: string): Record<string, unknown> {
  const document = JSON.parse(body);
  assert.deepEqual(Object.keys(document), ['error']);
  assert.deepEqual(Object.keys(document.error), ['message', 'type', 'param', 'code']);
  return document.error;
}

describe('a body', () => {
  it('may come in any number of segments', async () => {
    const connection = await RawConnection.open(server.port);
    const request = Buffer.from(rawPost(CHAT_PATH, BODY));
    // The line that opens a request has to come in one piece: the HTTP library wants it so.
    const lineEnd = request.indexOf('\r\n') + 2;
    const parts = [request.subarray(0, lineEnd)];
    for (let at = lineEnd; at < request.length; at += 7) parts.push(request.subarray(at, at + 7));
    await connection.sendInParts(parts);
    const { status, body } = await connection.readAnswer();
    assert.equal(status, 200);
    assert.equal(JSON.parse(body).usage.completion_tokens, 3);
    await connection.close();
  });

  it('may be chunked', async () => {
    const connection = await RawConnection.open(server.port);
    const bytes = Buffer.from(BODY);
    const head = `POST ${CHAT_PATH} HTTP/1.1\r\nhost: fakeai.test\r\ntransfer-encoding: chunked\r\n\r\n`;
    const chunks = [bytes.subarray(0, 30), bytes.subarray(30)].map((part) =>
      Buffer.concat([Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')]),
    );
    await connection.sendInParts([head, ...chunks, '0\r\n\r\n']);
    assert.equal((await connection.readAnswer()).status, 200);
    await connection.close();
  });

  it('is asked for when the client expects to be told to go on', async () => {
    const connection = await RawConnection.open(server.port);
    const request = rawPost(CHAT_PATH, BODY, ['expect: 100-continue']);
    const bodyAt = request.indexOf('\r\n\r\n') + 4;
    connection.send(request.slice(0, bodyAt));
    assert.equal(await connection.readThrough('\r\n\r\n'), 'HTTP/1.1 100 Continue\r\n\r\n');
    connection.send(request.slice(bodyAt));
    assert.equal((await connection.readAnswer()).status, 200);
    await connection.close();
  });

  it('is read as JSON whatever the content type', async () => {
    const response = await fetch(server.origin + CHAT_PATH, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: BODY,
    });
    assert.equal(response.status, 200);
  });

  it('over the limit is answered 413 while it is still being sent, and the connection ends', async () => {
    const connection = await RawConnection.open(server.port);
    const request = rawPost(CHAT_PATH, ' '.repeat(4 * BODY_BYTES_MAX));
    connection.send(request.slice(0, 2 * BODY_BYTES_MAX));
    const { statusLine, headers, body } = await connection.readAnswer();
    assert.equal(statusLine, 'HTTP/1.1 413 Content Too Large');
    assert.equal(headers.get('connection'), 'close');
    assert.equal(errorOf(body).code, 'payload_too_large');
    await connection.closed;
  });

  it('of exactly the limit is read', async () => {
    const response = await rawExchange(
      server.port,
      rawPost(CHAT_PATH, BODY.padEnd(BODY_BYTES_MAX - (Buffer.byteLength(BODY) - BODY.length))),
    );
    assert.equal(response.status, 200);
  });
});

describe('a body whose end is not clear', () => {
  it('is refused, and nothing that follows it is read', async () => {
    const before = server.gateway.cluster.counts.submitted;
    const framings = [
      ['content-length: 5', 'content-length: 500'],
      ['content-length: 5', 'content-length: 5'],
      ['transfer-encoding: gzip, chunked'],
      ['transfer-encoding: chunked', 'transfer-encoding: identity'],
      ['transfer-encoding: xchunked'],
      ['transfer-encoding: gzip'],
    ];
    for (const lines of framings) {
      const connection = await RawConnection.open(server.port);
      const head = [`POST ${CHAT_PATH} HTTP/1.1`, 'host: fakeai.test', ...lines].join('\r\n');
      connection.send(`${head}\r\n\r\nhello${rawPost(CHAT_PATH, BODY)}`);
      const { status, headers, body } = await connection.readAnswer();
      assert.equal(status, 400, lines.join());
      assert.equal(errorOf(body).code, 'ambiguous_framing');
      assert.equal(headers.get('connection'), 'close');
      await connection.closed;
      assert.equal(connection.unread, '');
    }
    assert.equal(server.gateway.cluster.counts.submitted, before);
  });

  it('is refused by the HTTP library if it has both a length and chunks, or a bad length', async () => {
    for (const lines of [
      ['content-length: 5', 'transfer-encoding: chunked'],
      ['content-length: 5, 5'],
      ['content-length: +5'],
    ]) {
      const connection = await RawConnection.open(server.port);
      const head = [`POST ${CHAT_PATH} HTTP/1.1`, 'host: fakeai.test', ...lines].join('\r\n');
      connection.send(`${head}\r\n\r\nhello`);
      assert.equal((await connection.readHead()).status, 400, lines.join());
      await connection.closed;
    }
  });
});

describe('a connection', () => {
  it('serves one request after another', async () => {
    const connection = await RawConnection.open(server.port);
    for (const request of [
      rawPost(CHAT_PATH, BODY),
      rawGet('/health'),
      rawGet('/nowhere'),
      rawPost(CHAT_PATH, '{'),
    ]) {
      connection.send(request);
      const { headers } = await connection.readAnswer();
      assert.notEqual(headers.get('connection'), 'close');
    }
    connection.send(rawPost(CHAT_PATH, BODY));
    assert.equal((await connection.readAnswer()).status, 200);
    await connection.close();
  });

  it('that breaks off within a body leaves no request behind', async () => {
    const before = server.gateway.cluster.counts.submitted;
    const connection = await RawConnection.open(server.port);
    connection.send(rawPost(CHAT_PATH, BODY).slice(0, -5));
    await connection.close();
    assert.equal((await rawExchange(server.port, rawGet('/health'))).status, 200);
    assert.equal(server.gateway.answers, 0);
    assert.equal(server.gateway.cluster.counts.submitted, before);
  });

  it('of HTTP/1.0 is answered 505', async () => {
    const connection = await RawConnection.open(server.port);
    connection.send('GET /health HTTP/1.0\r\nhost: fakeai.test\r\n\r\n');
    assert.equal((await connection.readHead()).status, 505);
    await connection.closed;
  });

  it('with a head over 4 KiB, in more than one segment, is answered 431', async () => {
    const connection = await RawConnection.open(server.port);
    connection.send(rawGet('/health', [`x-filler: ${'x'.repeat(6000)}`]).slice(0, 5000));
    assert.equal((await connection.readHead()).status, 431);
    await connection.closed;
  });
});

describe('an answer', () => {
  it('has a reason phrase in its status line', async () => {
    const lines = new Map([
      [rawPost(CHAT_PATH, BODY), 'HTTP/1.1 200 OK'],
      [rawPost(CHAT_PATH, '{'), 'HTTP/1.1 400 Bad Request'],
      [rawGet('/nowhere'), 'HTTP/1.1 404 Not Found'],
      [rawGet(CHAT_PATH), 'HTTP/1.1 405 Method Not Allowed'],
    ]);
    for (const [request, statusLine] of lines) {
      assert.equal((await rawExchange(server.port, request)).statusLine, statusLine);
    }
  });

  it('repeats the request id of the client, or makes one', async () => {
    const sent = await rawExchange(
      server.port,
      rawPost(CHAT_PATH, BODY, ['x-request-id: run-7/12']),
    );
    assert.equal(sent.headers.get('x-request-id'), 'run-7/12');
    const ids = new Set<string | undefined>();
    for (const header of [[], [`x-request-id: ${'x'.repeat(129)}`], ['x-request-id: two words']]) {
      const { headers } = await rawExchange(server.port, rawGet('/health', header));
      assert.match(headers.get('x-request-id') ?? '', /^req_[0-9a-zA-Z]{24,}$/);
      ids.add(headers.get('x-request-id'));
    }
    assert.equal(ids.size, 3);
  });

  it('to an inference request says where it went', async () => {
    const { headers } = await rawExchange(server.port, rawPost(CHAT_PATH, BODY));
    assert.match(headers.get('x-fakeai-worker') ?? '', /^worker-[01]$/);
    assert.match(headers.get('x-fakeai-overlap-blocks') ?? '', /^\d+$/);
    assert.match(headers.get('x-fakeai-route-us') ?? '', /^\d+(\.\d+)?$/);
    assert.match(headers.get('openai-processing-ms') ?? '', /^\d+$/);
    assert.equal(headers.get('openai-version'), '2020-10-01');
  });
});

describe('a request that cannot be served', () => {
  it('with a body that is not JSON gets 400 without a param', async () => {
    for (const body of [
      '',
      '{',
      'null',
      '[]',
      '"text"',
      '{"model":"m",}',
      '[1,2',
      '{"a":\u0001}',
    ]) {
      const answer = await rawExchange(server.port, rawPost(CHAT_PATH, body));
      assert.equal(answer.status, 400, body);
      const { type, code, param } = errorOf(answer.body);
      assert.deepEqual(
        { type, code, param },
        { type: 'invalid_request_error', code: 'invalid_json', param: null },
      );
    }
  });

  it('with a wrong method gets 405 and the methods that are allowed', async () => {
    for (const [method, path, allow] of [
      ['GET', CHAT_PATH, 'POST'],
      ['PUT', `${CHAT_PATH}/`, 'POST'],
      ['POST', '/v1/models', 'GET'],
      ['DELETE', '/v1/models/org/model', 'GET'],
      ['DELETE', '/ping', 'GET, POST'],
    ] as const) {
      const response = await fetch(server.origin + path, { method });
      assert.equal(response.status, 405, path);
      assert.equal(response.headers.get('allow'), allow);
      assert.equal(errorOf(await response.text()).code, 'method_not_supported');
    }
  });

  it('for a path that is not there gets 404 with the path in the message', async () => {
    for (const path of ['/v1/nothing', '/v1', '/v1/chat', '/v1/chat/completions/more']) {
      const response = await fetch(server.origin + path, { method: 'POST', body: '{}' });
      assert.equal(response.status, 404, path);
      const { code, message } = errorOf(await response.text());
      assert.equal(code, 'unknown_url');
      assert.match(String(message), new RegExp(`POST ${path}\\.`));
    }
  });

  it('may have a slash at the end of its path', async () => {
    assert.equal((await rawExchange(server.port, rawPost(`${CHAT_PATH}/`, BODY))).status, 200);
    assert.equal((await rawExchange(server.port, rawGet('/v1/models/'))).status, 200);
  });
});

describe('a web page', () => {
  const origin = 'https://page.example';

  it('is told by the preflight what it may do', async () => {
    const response = await fetch(server.origin + CHAT_PATH, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });
    assert.equal(response.status, 204);
    const { headers } = response;
    assert.equal(headers.get('access-control-allow-origin'), origin);
    assert.equal(headers.get('access-control-allow-methods'), 'GET, POST, PATCH, DELETE, OPTIONS');
    assert.equal(headers.get('access-control-allow-headers'), 'authorization,content-type');
    assert.equal(headers.get('access-control-max-age'), '600');
    assert.equal(headers.get('vary'), 'Origin');
  });

  it('may read answers, errors among them, and the headers that say where they came from', async () => {
    for (const body of [BODY, '{']) {
      const response = await fetch(server.origin + CHAT_PATH, {
        method: 'POST',
        headers: { origin },
        body,
      });
      assert.equal(response.headers.get('access-control-allow-origin'), origin);
      assert.match(response.headers.get('access-control-expose-headers') ?? '', /x-request-id/);
      assert.match(response.headers.get('access-control-expose-headers') ?? '', /x-fakeai-worker/);
    }
  });
});
