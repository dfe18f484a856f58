import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { INSTANT, startServer, type TestServer } from '../support/server.ts';

/** A server with all of its security on, behind a proxy that it trusts. */

const KEY = 'a-key-of-the-clients';
const ADMIN = 'a-key-of-the-admin';
const ATTACK = "'; drop table users; <script>alert(1)</script> $(rm -rf /) ../../etc/passwd \0";

let server: TestServer;
before(async () => {
  const keys = `--api-key ${KEY} --admin-api-keys ${ADMIN}`;
  server = await startServer(`${INSTANT} ${keys} --enable-security --trust-proxy`);
});
after(() => server.stop());

interface Sent {
  readonly from: string;
  readonly key?: string;
  readonly type?: string;
}

function post(body: string, { from, key = KEY, type = 'application/json' }: Sent) {
  return fetch(`${server.baseURL}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': type, 'x-forwarded-for': from },
    body,
  });
}

function chat(content: string, sent: Sent, fields: object = {}) {
  const messages = [{ role: 'user', content }];
  return post(JSON.stringify({ model: 'm', messages, max_tokens: 2, ...fields }), sent);
}

function get(path: string, from: string, key = KEY) {
  return fetch(server.origin + path, {
    headers: { authorization: `Bearer ${key}`, 'x-forwarded-for': from },
  });
}

async function errorOf(answer: Response) {
  const { error } = JSON.parse(await answer.text());
  return [answer.status, error.code, error.param];
}

/** A body whose innermost value is so many levels deep. */
function nested(levels: number): string {
  const metadata = `${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}`;
  return `{"model":"m","messages":[{"role":"user","content":"x"}],"max_tokens":2,"x":${metadata}}`;
}

describe('input that is validated', () => {
  it('is JSON by its head, not too deep, and has names without control characters', async () => {
    const from = '203.0.113.1';
    assert.deepEqual(await errorOf(await chat('x', { from, type: 'text/plain' })), [
      415,
      'unsupported_media_type',
      null,
    ]);
    assert.equal((await post(nested(64), { from })).status, 200);
    assert.deepEqual(await errorOf(await post(nested(65), { from })), [400, 'invalid_json', null]);
    const control = await chat('x', { from }, { user: 'a\u0001' });
    assert.deepEqual(await errorOf(control), [400, 'invalid_value', 'user']);
  });

  it('has no injection in its names, and anything in its prompts', async () => {
    const from = '203.0.113.2';
    assert.equal((await chat(ATTACK, { from })).status, 200);
    assert.equal((await chat(ATTACK.repeat(100), { from })).status, 200, 'nor in a long one');
    const model = await chat('x', { from }, { model: "m'; drop table users" });
    assert.deepEqual(await errorOf(model), [400, 'injection_detected', 'model']);
    const path = await get('/v1/models/%3Cscript%3E', from);
    assert.deepEqual(await errorOf(path), [400, 'injection_detected', 'path']);
  });
});

describe('an address that misbehaves', () => {
  it('is banned after five wrong keys, from the API and administration, and no other is', async () => {
    const from = '203.0.113.3';
    for (let at = 0; at < 5; at++) {
      assert.equal((await chat('x', { from, key: 'a-wrong-key' })).status, 401);
    }
    const banned = await chat('x', { from });
    assert.equal(banned.headers.get('retry-after'), '300');
    assert.deepEqual(await errorOf(banned), [403, 'ip_banned', null]);
    assert.equal((await get('/admin/config', from, ADMIN)).status, 403);
    for (const path of ['/health', '/metrics']) assert.equal((await get(path, from)).status, 200);
    assert.equal((await chat('x', { from: '203.0.113.4' })).status, 200);
    assert.equal((await chat('x', { from: `${from}, 203.0.113.4` })).status, 200, 'a claim');
  });

  it('is banned for an hour after three injections, in heads or bodies', async () => {
    const from = '203.0.113.5';
    await get('/v1/models/..%2f..%2fetc', from);
    await chat('x', { from }, { user: '<script>' });
    await chat('x', { from }, { metadata: { note: '<script>' } });
    assert.equal((await get('/v1/models', from)).headers.get('retry-after'), '3600');
  });

  it('is counted', async () => {
    const metrics = await (await get('/metrics/prometheus', '203.0.113.6')).text();
    const figure = (name: string) => new RegExp(`^fakeai_${name} (.+)$`, 'm').exec(metrics)?.[1];
    assert.deepEqual([figure('address_bans_total'), figure('abuse_records')], ['2', '4']);
  });
});

it('no key is kept but as a hash', () => {
  const { apiKeys, adminApiKeys } = server.gateway.settings;
  assert.doesNotMatch(JSON.stringify([apiKeys, adminApiKeys]), /a-key/);
});

it('without a proxy that is trusted an address is the one of the connection', async () => {
  const other = await startServer(
    `${INSTANT} --rate-limit-enabled --rate-limit-rpm 1 --enable-abuse-detection`,
  );
  const models = (from: string) =>
    fetch(`${other.baseURL}/models`, { headers: { 'x-forwarded-for': from } });
  try {
    for (let at = 0; at < 22; at++) await models(`203.0.113.${at}`);
    const { status, headers } = await models('203.0.113.99');
    assert.equal(status, 403, 'twenty answers over the rate limit');
    assert.equal(headers.get('retry-after'), '300');
  } finally {
    await other.stop();
  }
});
