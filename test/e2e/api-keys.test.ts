import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { hashedEntries } from '../../gateway/policy/api-keys.ts';
import { RawConnection } from '../support/raw-connection.ts';
import { INSTANT, startServer, type TestServer } from '../support/server.ts';

/** A server that asks for keys. */

const KEY = 'sk-the-first-key';
const HASHED = 'sk-the-hashed-key';
const CHAT = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'hello' }] });

let server: TestServer;
before(async () => {
  const hash = hashedEntries([HASHED])[0];
  server = await startServer(`${INSTANT} --api-key ${KEY} --api-key ${hash} --hash-api-keys`);
});
after(() => server.stop());

function chat(headers: Record<string, string>) {
  return fetch(`${server.baseURL}/chat/completions`, { method: 'POST', headers, body: CHAT });
}

describe('a server with keys', () => {
  it('answers whoever shows one of them, in any of the headers', async () => {
    for (const key of [KEY, HASHED]) {
      const shown = [
        { authorization: `Bearer ${key}` },
        { authorization: key },
        { 'x-api-key': key },
        { 'api-key': key },
      ];
      for (const headers of shown) assert.equal((await chat(headers)).status, 200);
    }
  });

  it('answers others with 401 in the shape of OpenAI, and how to show a key', async () => {
    const callers: readonly (readonly [string, Record<string, string>])[] = [
      ['missing_api_key', {}],
      ['invalid_api_key', { authorization: 'Bearer sk-another-key' }],
      ['invalid_api_key', { 'x-api-key': hashedEntries([HASHED])[0] ?? '' }],
    ];
    for (const [code, headers] of callers) {
      const answer = await chat(headers);
      assert.equal(answer.status, 401);
      assert.equal(answer.headers.get('www-authenticate'), 'Bearer');
      const { error } = JSON.parse(await answer.text());
      assert.deepEqual(
        [error.type, error.param, error.code],
        ['invalid_request_error', null, code],
      );
    }
  });

  it('tells the clients of Anthropic in their own shape', async () => {
    const headers = { 'x-api-key': 'sk-another-key', 'anthropic-version': '2023-06-01' };
    const answer = await fetch(`${server.baseURL}/messages`, {
      method: 'POST',
      headers,
      body: CHAT,
    });
    assert.equal(answer.status, 401);
    const { type, error } = JSON.parse(await answer.text());
    assert.deepEqual([type, error.type], ['error', 'authentication_error']);
  });

  it('keeps nothing of a body that comes without one, and ends its upload', async () => {
    const connection = await RawConnection.open(server.port);
    const head =
      'POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: 90000000\r\n\r\n';
    connection.send(head + 'x'.repeat(100_000));
    const { status } = await connection.readAnswer();
    assert.equal(status, 401);
    assert.equal(server.gateway.intake.bytesInFlight, 0);
    await connection.closed;
  });

  it('leaves service and metrics open, and shows no key in its settings', async () => {
    for (const path of ['/health', '/metrics', '/version']) {
      assert.equal((await fetch(server.origin + path)).status, 200, path);
    }
    const config = await (await fetch(`${server.origin}/admin/config`)).text();
    assert.match(config, /\*{8}/);
    assert.doesNotMatch(config, /sk-the|sha256:/);
    assert.doesNotMatch(JSON.stringify(server.gateway.settings.apiKeys), /sk-the/);
  });
});
