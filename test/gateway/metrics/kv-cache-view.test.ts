import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kvCacheView } from '../../../gateway/metrics/kv-cache-view.ts';
import { aBatch, burst, CLUSTER, emptyMetrics } from './traffic.ts';

const KEYS = [
  ['cache_performance', ['cache_hit_rate', 'avg_overlap_score', 'total_requests', 'cache_hits']],
  ['smart_router', ['worker_loads', 'routing_decisions', 'avg_routing_time_ms']],
];

test('without detail it has exactly the keys of the guide', () => {
  const metrics = emptyMetrics();
  burst(metrics, 10, 1);
  const view = kvCacheView(metrics, CLUSTER, false);
  assert.deepEqual(
    Object.entries(view).map(([key, part]) => [key, Object.keys(part)]),
    KEYS,
  );
});

test('before the first request all of it is zero', () => {
  const idle = {
    ...CLUSTER,
    router: { totals: { ...CLUSTER.router.totals, decisions: 0 }, decisionsFor: () => 0 },
  };
  assert.deepEqual(kvCacheView(emptyMetrics(), idle, false), {
    cache_performance: {
      cache_hit_rate: 0,
      avg_overlap_score: 0,
      total_requests: 0,
      cache_hits: 0,
    },
    smart_router: { worker_loads: [0, 0], routing_decisions: 0, avg_routing_time_ms: 0 },
  });
});

test('a hit is a request with a cached block, and the overlap is over all that have a block', () => {
  const metrics = emptyMetrics();
  const { answers } = metrics;
  // Of 16 tokens a block: 4 of 4 blocks, 1 of 4, none of 2, and a prompt without a full block.
  for (const [prompt, cached] of [
    [64, 64],
    [79, 16],
    [32, 0],
    [15, 0],
  ] as const) {
    answers.firstToken(0, 10, 0, prompt, cached, 10);
  }
  answers.routed(200);
  answers.routed(600);
  const { cache_performance, smart_router } = kvCacheView(metrics, CLUSTER, false);
  assert.deepEqual(cache_performance, {
    cache_hit_rate: 0.5,
    avg_overlap_score: (1 + 0.25 + 0) / 3,
    total_requests: 4,
    cache_hits: 2,
  });
  assert.deepEqual(smart_router, {
    worker_loads: [0.75, 0.25],
    routing_decisions: 40,
    avg_routing_time_ms: 0.4,
  });
});

test('with detail every worker tells its load and its counters', () => {
  const metrics = emptyMetrics();
  const readmitted = { readmittedHitBlocks: 5, readmittedMissedBlocks: 4 };
  const counters = {
    hitBlocks: 8,
    missedBlocks: 9,
    ...readmitted,
    evictedBlocks: 1,
    preemptions: 2,
  };
  const load = { running: 3, waiting: 2, activeBlocks: 50, cachedBlocks: 70, ...counters };
  metrics.workers.batch(aBatch(6, load), 1_000);
  const { workers } = kvCacheView(metrics, CLUSTER, true).smart_router;
  assert.deepEqual(Object.keys(workers ?? {}), ['worker-0', 'worker-1']);
  assert.deepEqual(workers?.['worker-0'], {
    active_requests: 5,
    total_requests: 30,
    running: 3,
    waiting: 2,
    active_blocks: 50,
    cached_blocks: 70,
    total_blocks: 1000,
    hit_blocks: 8,
    missed_blocks: 9,
    readmitted_hit_blocks: 5,
    readmitted_missed_blocks: 4,
    evicted_blocks: 1,
    preemptions: 2,
    tokens_processed: 6,
  });
});
