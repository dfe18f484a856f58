import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import OpenAI from 'openai';
import { INSTANT, startServer, type TestServer } from '../support/server.ts';

const MODELS = 2_345;

describe('GET /v1/models of many models', () => {
  let server: TestServer;
  before(async () => {
    server = await startServer(INSTANT);
    const { models } = server.gateway;
    for (let n = models.size; n < MODELS; n++) models.use(`org/model "${n}"`, 1);
  });
  after(() => server.stop());

  const list = async (query = '') => {
    const response = await fetch(`${server.baseURL}/models${query}`);
    return { status: response.status, body: JSON.parse(await response.text()) };
  };

  it('is a page at a time, by default of 1,000', async () => {
    const ids: string[] = [];
    for (let query = ''; ; ) {
      const { status, body } = await list(query);
      assert.equal(status, 200);
      assert.ok(body.data.length <= 1_000);
      ids.push(...body.data.map(({ id }: { id: string }) => id));
      if (!body.has_more) break;
      query = `?after=${encodeURIComponent(body.last_id)}`;
    }
    assert.equal(new Set(ids).size, MODELS);
    assert.equal(ids.length, MODELS);
  });

  it('gives a client that knows no pages the first one', async () => {
    const client = new OpenAI({ baseURL: server.baseURL, apiKey: 'none', maxRetries: 0 });
    const ids: string[] = [];
    for await (const { id } of client.models.list()) ids.push(id);
    assert.equal(ids.length, 1_000);
    assert.equal(ids[0], 'openai/gpt-oss-120b');
  });

  it('refuses what is no page, and says what is', async () => {
    for (const limit of ['0', '1001', '-1', '1.5', 'ten', '', '1e2']) {
      const { status, body } = await list(`?limit=${limit}`);
      assert.deepEqual([status, body.error.param], [400, 'limit'], limit);
      assert.match(body.error.message, /an integer from 1 to 1000/);
    }
    const { status, body } = await list('?after=no-such-model');
    assert.deepEqual([status, body.error.param], [400, 'after']);
    assert.equal((await list('?limit=3')).body.data.length, 3);
  });
});
