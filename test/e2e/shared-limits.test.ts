import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { NO_REDIS, RedisServer } from '../support/redis-server.ts';
import { INSTANT, startServer, type TestServer } from '../support/server.ts';

/** Two servers that share the limits of each key: four requests and a hundred tokens a minute. */

describe('limits in Redis', { skip: NO_REDIS }, () => {
  let redis: RedisServer;
  let open: TestServer;
  let closed: TestServer;
  before(async () => {
    redis = await RedisServer.start();
    const limits = '--rate-limit-enabled --rate-limit-rpm 4 --rate-limit-tpm 100';
    const flags = `${INSTANT} ${limits} --rate-limit-redis-url ${redis.url}`;
    open = await startServer(flags);
    closed = await startServer(`${flags} --rate-limit-redis-failure closed`);
  });
  after(async () => {
    await open.stop();
    await closed.stop();
    await redis.kill();
  });

  function chat(server: TestServer, key: string, tokens: number, size = 0) {
    const content = 'hello'.padEnd(size);
    return fetch(`${server.baseURL}/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}` },
      body: JSON.stringify({
        model: 'm',
        max_tokens: tokens,
        messages: [{ role: 'user', content }],
      }),
    });
  }

  it('hold for all servers together, on requests with and without a body', async () => {
    for (const server of [open, closed]) {
      assert.equal((await chat(server, 'shared', 1)).status, 200);
      const models = await fetch(`${server.baseURL}/models`, { headers: { 'api-key': 'shared' } });
      assert.equal(models.status, 200);
      assert.equal(models.headers.get('x-ratelimit-limit-requests'), '4');
    }
    const over = await chat(open, 'shared', 1, 300_000);
    assert.equal(over.status, 429);
    assert.equal(JSON.parse(await over.text()).error.type, 'requests');
    assert.equal(open.gateway.intake.bytesInFlight, 0);
  });

  it('are not overspent by requests that come at the same time', async () => {
    const sent = Array.from({ length: 12 }, (_, at) =>
      chat(at % 2 === 0 ? open : closed, 'at-once', 42),
    );
    const statuses = (await Promise.all(sent)).map(({ status }) => status);
    assert.equal(statuses.filter((status) => status === 200).length, 2, 'of 50 tokens each');
    assert.equal(statuses.filter((status) => status === 429).length, 10);
  });

  it('let everybody in or nobody while Redis is gone, as the server was told', async () => {
    await redis.kill();
    const answer = await chat(open, 'gone', 1);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('x-ratelimit-limit-requests'), null);
    const refused = await chat(closed, 'gone', 1);
    assert.deepEqual([refused.status, refused.headers.get('retry-after')], [503, '1']);
    assert.match(await refused.text(), /the rate limits cannot be looked up/);
    const metrics = await (await fetch(`${closed.origin}/metrics/prometheus`)).text();
    assert.match(metrics, /^fakeai_rate_limit_redis_failures_total [1-9]/m);
    await redis.startAgain();
    await eventually('limits hold again', async () => {
      const { status, headers } = await chat(closed, 'back', 1);
      return status !== 503 && headers.get('x-ratelimit-limit-requests') === '4';
    });
  });
});
