import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { startServer, type TestServer } from '../support/server.ts';

/** What clients of vLLM and SGLang ask about a server. */

let server: TestServer;
before(async () => {
  server = await startServer('--ttft 0 --itl 1000 --kv-cache-block-size 32 --max-num-seqs 7');
});
after(() => server.stop());

async function get(path: string): Promise<{ status: number; json: Record<string, unknown> }> {
  const response = await fetch(`${server.origin}${path}`);
  return { status: response.status, json: (await response.json()) as Record<string, unknown> };
}

describe('vLLM', () => {
  it('/load counts the answers that are under way', async () => {
    const load = async () => (await get('/load')).json;
    assert.deepEqual(await load(), { server_load: 0 });
    const leave = new AbortController();
    const response = await fetch(`${server.baseURL}/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({
        model: 'm',
        messages: [{ role: 'user', content: 'Hi' }],
        stream: true,
        ignore_eos: true,
        max_tokens: 1000,
      }),
      signal: leave.signal,
    });
    assert.equal(response.status, 200);
    assert.deepEqual(await load(), { server_load: 1 });
    leave.abort();
    await eventually('the answer is left', async () => (await load()).server_load === 0);
  });

  it('/server_info says the settings, as text or JSON', async () => {
    const text = (await get('/server_info')).json.vllm_config;
    assert.ok(typeof text === 'string' && text.includes('"block_size":32'), String(text));
    const { json } = await get('/server_info?config_format=json');
    const config = json.vllm_config as Record<string, Record<string, unknown>>;
    assert.equal(config.cache_config?.block_size, 32);
    assert.equal(config.scheduler_config?.max_num_seqs, 7);
    assert.equal(config.parallel_config?.data_parallel_size, 2);
    const refused = await get('/server_info?config_format=xml');
    assert.equal(refused.status, 400);
    assert.equal((refused.json.error as { param: string }).param, 'config_format');
  });
});

describe('SGLang', () => {
  it('/get_model_info names the model that is listed first', async () => {
    const listed = (await get('/v1/models')).json.data as { id: string }[];
    for (const path of ['/get_model_info', '/model_info']) {
      const { json } = await get(path);
      assert.equal(json.model_path, listed[0]?.id);
      assert.equal(json.is_generation, true);
    }
  });

  it('/get_server_info has a state for each worker, and so has /server_info', async () => {
    for (const path of ['/get_server_info', '/server_info']) {
      const { json } = await get(path);
      assert.equal((json.internal_states as unknown[]).length, 2);
      assert.equal(json.page_size, 32);
      assert.equal(json.max_running_requests, 7);
    }
  });
});
