import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ask, chatBody, prompt, refused, stream } from '../support/chat-client.ts';
import { eventually } from '../support/eventually.ts';
import { openStream } from '../support/open-stream.ts';
import { startServer, type TestServer } from '../support/server.ts';

/** What the server says about itself after real requests. */

let server: TestServer;
before(async () => {
  server = await startServer('--ttft 2 --itl 20');
});
after(() => server.stop());

async function read(path: string): Promise<string> {
  const response = await fetch(server.origin + path);
  assert.equal(response.status, 200);
  return response.text();
}

async function settled(): Promise<void> {
  await eventually('every request has ended', () => server.gateway.cluster.inFlight === 0);
}

/** Sum of the samples of a series whose labels contain `labels`. */
function sampleOf(text: string, name: string, labels = ''): number {
  let sum: number | undefined;
  for (const line of text.split('\n')) {
    if (!line.startsWith(`${name}{`) && !line.startsWith(`${name} `)) continue;
    if (line.includes(labels)) sum = (sum ?? 0) + Number(line.slice(line.lastIndexOf(' ')));
  }
  return sum ?? assert.fail(`there is no ${name} with ${labels}`);
}

describe('the health routes', () => {
  it('are well, say so, and have no delay', async () => {
    for (const path of ['/health', '/ready']) {
      const { status, ready, timestamp } = JSON.parse(await read(path));
      assert.deepEqual([status, ready], ['healthy', true]);
      assert.match(timestamp, /^\d{4}-\d\d-\d\dT.*Z$/);
    }
    assert.equal(JSON.parse(await read('/live')).status, 'alive');
    assert.equal(await read('/ping'), '');
    assert.equal((await fetch(`${server.origin}/ping`, { method: 'POST' })).status, 200);
    assert.equal(JSON.parse(await read('/version')).name, 'fakeai');
  });

  it('tell in detail what runs on each worker while it runs', async () => {
    const open = await openStream(server, {}, ['x-fakeai-worker: worker-1']);
    const busy = JSON.parse(await read('/health/detailed'));
    assert.equal(busy.metrics_summary.active_streams, 1);
    assert.deepEqual(
      busy.workers.map(({ id, state, running }: Record<string, unknown>) => [id, state, running]),
      [
        ['worker-0', 'up', 0],
        ['worker-1', 'up', 1],
      ],
    );
    assert.ok(busy.workers[1].active_blocks > 0);
    assert.equal(busy.saturated, false);
    await open.close();
    await settled();
    const idle = JSON.parse(await read('/health/detailed'));
    assert.equal(idle.workers[1].running + idle.workers[1].active_blocks, 0);
    assert.equal(idle.metrics_summary.active_streams, 0);
  });
});

describe('the metrics', () => {
  it('of the KV cache have exactly the fields of the guide, and count real hits', async () => {
    const before = JSON.parse(await read('/kv-cache-metrics')).cache_performance;
    const body = chatBody(prompt('counted', 64), { max_tokens: 1 });
    await ask(server, body);
    await settled();
    await ask(server, body);
    await settled();
    const { cache_performance: cache, smart_router: router } = JSON.parse(
      await read('/kv-cache-metrics'),
    );
    assert.deepEqual(Object.keys(cache).sort(), [
      'avg_overlap_score',
      'cache_hit_rate',
      'cache_hits',
      'total_requests',
    ]);
    assert.deepEqual(Object.keys(router).sort(), [
      'avg_routing_time_ms',
      'routing_decisions',
      'worker_loads',
    ]);
    assert.equal(cache.total_requests - before.total_requests, 2);
    assert.equal(cache.cache_hits - before.cache_hits, 1);
    assert.equal(cache.cache_hit_rate, cache.cache_hits / cache.total_requests);
    assert.equal(router.worker_loads.length, 2);
    assert.ok(Math.abs(router.worker_loads[0] + router.worker_loads[1] - 1) < 1e-9);
  });

  it('for Prometheus count requests, tokens and streams by what became of them', async () => {
    const before = await read('/metrics/prometheus');
    const asked = { max_tokens: 7, ignore_eos: true };
    await ask(server, chatBody('whole', asked));
    await stream(server, chatBody('streamed', asked));
    await refused(server, chatBody('refused', { n: 0 }));
    await (await openStream(server)).close();
    await settled();
    const now = await read('/metrics/prometheus');
    const grown = (name: string, labels: string) =>
      sampleOf(now, name, labels) - (before.includes(labels) ? sampleOf(before, name, labels) : 0);
    assert.equal(grown('fakeai_streams_total', 'outcome="completed"'), 1);
    assert.equal(grown('fakeai_streams_total', 'outcome="cancelled"'), 1);
    assert.equal(grown('fakeai_streams_total', 'outcome="failed"'), 0);
    const tokens = grown('fakeai_tokens_total', 'type="completion"');
    assert.ok(tokens >= 15 && tokens < 1014, 'two answers and what the client that left has seen');
    assert.equal(sampleOf(now, 'fakeai_active_streams'), 0);
    assert.equal(sampleOf(now, 'fakeai_saturated'), 0);
    assert.ok(sampleOf(now, 'fakeai_requests_total', 'status="400"') >= 1);
    assert.ok(sampleOf(now, 'fakeai_router_decisions_total') >= 3);
    assert.ok(sampleOf(now, 'fakeai_token_lateness_seconds_count') >= 15);
  });
});

describe('/metrics', () => {
  it('is JSON for a client that names it first, and Prometheus text for a scraper', async () => {
    const typeFor = async (accept: string) => {
      const response = await fetch(`${server.origin}/metrics`, { headers: { accept } });
      await response.text();
      return response.headers.get('content-type')?.split(';')[0];
    };
    const json = 'application/json';
    assert.equal(await typeFor('application/json, text/plain, */*'), json, 'axios');
    assert.equal(await typeFor('application/json'), json);
    assert.equal(await typeFor('*/*'), json);
    const scraper = 'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*';
    assert.match((await typeFor(scraper)) ?? '', /text/);
    assert.equal(await typeFor('text/plain'), 'text/plain');
    assert.equal(await typeFor('text/plain, application/json'), 'text/plain');
  });
});
