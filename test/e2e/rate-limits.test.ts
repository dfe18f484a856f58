import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { INSTANT, startServer, type TestServer } from '../support/server.ts';

/** A server that gives each key six requests and sixty tokens a minute. */

const OUTPUT = '--output-tokens 10 --output-tokens-variance-percent 0';
const FLAGS = `${INSTANT} ${OUTPUT} --rate-limit-enabled --rate-limit-rpm 6 --rate-limit-tpm 60`;

let server: TestServer;
before(async () => {
  server = await startServer(FLAGS);
});
after(() => server.stop());

/** A prompt of eight tokens; another key for each test. */
async function chat(key: string, fields: object) {
  const answer = await fetch(`${server.baseURL}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
    body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'hello' }], ...fields }),
  });
  const text = await answer.text();
  const left = (what: string) => Number(answer.headers.get(`x-ratelimit-remaining-${what}`));
  return { status: answer.status, headers: answer.headers, text, left };
}

function models(key: string) {
  return fetch(`${server.baseURL}/models`, { headers: { 'x-api-key': key } });
}

describe('a key', () => {
  it('is told with every answer what it has left', async () => {
    for (const stream of [false, true]) {
      const { status, headers, left } = await chat(`told-${stream}`, { stream });
      assert.equal(status, 200);
      assert.equal(headers.get('x-ratelimit-limit-requests'), '6');
      assert.equal(headers.get('x-ratelimit-limit-tokens'), '60');
      assert.deepEqual([left('requests'), left('tokens')], [5, 60 - 18]);
      assert.match(headers.get('x-ratelimit-reset-tokens') ?? '', /^18s$|^17\.\d+s$/);
      assert.match(headers.get('x-ratelimit-reset-requests') ?? '', /^10s$|^9\.\d+s$/);
    }
    const answer = await models('told-models');
    assert.equal(answer.headers.get('x-ratelimit-remaining-requests'), '5');
  });

  it('with no requests left gets 429, with the time until there is one', async () => {
    for (let at = 0; at < 6; at++) assert.equal((await models('requests')).status, 200);
    const refused = await models('requests');
    assert.equal(refused.status, 429);
    assert.match(refused.headers.get('retry-after') ?? '', /^(10|9)$/);
    const waitMs = Number(refused.headers.get('retry-after-ms'));
    assert.ok(waitMs > 0 && waitMs <= 10_000);
    assert.equal(JSON.parse(await refused.text()).error.type, 'requests');
    assert.equal((await models('requests-of-another')).status, 200);
  });

  it('is charged what an answer has cost in the end, not what it was taken to', async () => {
    const long = { min_tokens: 40, max_completion_tokens: 40 };
    const first = await chat('settled', long);
    assert.deepEqual([first.status, first.left('tokens')], [200, 60 - 18]);
    const second = await chat('settled', {});
    assert.equal(second.status, 429);
    assert.equal(JSON.parse(second.text).error.type, 'tokens');
    assert.ok(second.left('tokens') >= 60 - 48 && second.left('tokens') < 18);
    assert.equal((await chat('settled', { max_completion_tokens: 1 })).status, 200);
  });

  it('is not charged for what is refused, in tokens or at all', async () => {
    assert.equal((await chat('refused', { n: 0 })).status, 400);
    assert.equal((await chat('refused', { n: 3, min_tokens: 10 })).status, 200);
    const over = await chat('refused', { n: 3 });
    assert.equal(over.status, 429);
    const next = await chat('refused', { max_completion_tokens: 1 });
    assert.deepEqual([next.status, next.left('requests')], [200, 3]);
  });

  it('that asks for more than a minute brings is told not to try again', async () => {
    const { status, headers, text } = await chat('too-large', { n: 6 });
    assert.equal(status, 429);
    assert.equal(headers.get('x-should-retry'), 'false');
    assert.equal(headers.get('retry-after'), null);
    assert.match(JSON.parse(text).error.message, /limit is 60 tokens per minute, requested 68/);
  });
});

describe('a key, where nothing is generated,', () => {
  it('is charged the prompts of embeddings', async () => {
    const embed = () =>
      fetch(`${server.baseURL}/embeddings`, {
        method: 'POST',
        headers: { 'x-api-key': 'embeddings' },
        body: JSON.stringify({ model: 'm', input: 'ten words '.repeat(10) }),
      });
    for (const left of [40, 20]) {
      const { status, headers } = await embed();
      const told = Number(headers.get('x-ratelimit-remaining-tokens'));
      assert.ok(status === 200 && told >= left && told < left + 5, `${told}`);
    }
  });

  it('is charged what it has ranked', async () => {
    const rank = () =>
      fetch(`${server.origin}/rerank`, {
        method: 'POST',
        headers: { 'x-api-key': 'ranking' },
        body: JSON.stringify({ model: 'm', query: 'word', documents: ['ten words '.repeat(9)] }),
      });
    assert.deepEqual(
      [(await rank()).status, (await rank()).status, (await rank()).status],
      [200, 200, 200],
    );
    const { status, headers } = await rank();
    assert.equal(status, 429);
    assert.ok(Number(headers.get('x-ratelimit-remaining-tokens')) < 19);
  });
});

it('service, metrics and administration are not limited, and count what was', async () => {
  for (let at = 0; at < 8; at++) {
    const answer = await fetch(`${server.origin}/health`);
    assert.deepEqual(
      [answer.status, answer.headers.get('x-ratelimit-limit-requests')],
      [200, null],
    );
  }
  const metrics = await (await fetch(`${server.origin}/metrics/prometheus`)).text();
  assert.match(metrics, /^fakeai_rate_limited_total\{limit="requests"\} 1$/m);
  assert.match(metrics, /^fakeai_rate_limited_total\{limit="tokens"\} 4$/m);
  assert.equal((await fetch(`${server.origin}/admin/config`)).status, 200);
});
