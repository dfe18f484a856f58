import assert from 'node:assert/strict';
import { test } from 'node:test';
import { healthView } from '../../../gateway/metrics/health-view.ts';
import { aBatch, CHAT, CLUSTER, emptyMetrics } from './traffic.ts';

const NOON_MS = 1_700_000_000_500;

/** Health after `failures` of 100 requests were answered with `status`. */
function healthAfter(failures: number, status: number) {
  const metrics = emptyMetrics();
  for (let i = 0; i < 100; i++) {
    metrics.requests.started(CHAT, 1e6);
    metrics.requests.ended(CHAT, i < failures ? status : 200, 400_000, 1e6);
  }
  return healthView(metrics, CLUSTER, 2e6, NOON_MS);
}

test('it has exactly the documented keys', () => {
  const health = healthAfter(0, 200);
  assert.deepEqual(Object.keys(health), [
    'status',
    'timestamp',
    'uptime_seconds',
    'metrics_summary',
    'endpoints',
    'workers',
    'saturated',
    'event_loop_lag_ms',
    'token_lateness_ms',
    'log_lines_dropped',
  ]);
  assert.deepEqual(health.endpoints, {
    '/v1/chat/completions': { requests_per_second: 50, latency_p50_ms: 400, latency_p99_ms: 400 },
  });
  assert.equal(health.timestamp, 1_700_000_000.5);
  assert.equal(health.uptime_seconds, 2);
});

test('more than 5 % server errors degrade it, more than 10 % make it unhealthy', () => {
  const statuses = [0, 5, 6, 10, 11].map((failures) => healthAfter(failures, 500).status);
  assert.deepEqual(statuses, ['healthy', 'healthy', 'degraded', 'degraded', 'unhealthy']);
  assert.equal(healthAfter(90, 429).status, 'healthy');
});

test('without a worker that is up it is unhealthy', () => {
  const down = { ...CLUSTER, pool: { ...CLUSTER.pool, isUp: () => false } };
  assert.equal(healthView(emptyMetrics(), down, 2e6, NOON_MS).status, 'unhealthy');
});

test('the summary is over all endpoints', () => {
  assert.deepEqual(healthAfter(8, 503).metrics_summary, {
    total_requests_per_second: 50,
    total_errors_per_second: 4,
    error_rate_percentage: 8,
    average_latency_seconds: 0.4,
    active_streams: 0,
  });
  const idle = healthView(emptyMetrics(), CLUSTER, 0, NOON_MS);
  assert.equal(idle.status, 'healthy');
  assert.deepEqual(Object.values(idle.metrics_summary), [0, 0, 0, 0, 0]);
});

test('workers tell their state and their load', () => {
  const metrics = emptyMetrics();
  const load = { running: 3, waiting: 2, activeBlocks: 50, cachedBlocks: 70 };
  metrics.workers.batch(aBatch(1, load), 1_000);
  assert.deepEqual(healthView(metrics, CLUSTER, 2e6, NOON_MS).workers, [
    {
      id: 'worker-0',
      state: 'up',
      running: 3,
      waiting: 2,
      active_blocks: 50,
      cached_blocks: 70,
      total_blocks: 1000,
      restarts: 0,
    },
    {
      id: 'worker-1',
      state: 'down',
      running: 0,
      waiting: 0,
      active_blocks: 0,
      cached_blocks: 0,
      total_blocks: 1000,
      restarts: 5,
    },
  ]);
});

test('lateness and lag are those of the window, in milliseconds', () => {
  const metrics = emptyMetrics();
  for (let i = 0; i < 98; i++) metrics.punctuality.tokensWritten(1_000, 1, 1e6);
  metrics.punctuality.tokensWritten(8_000, 2, 1e6);
  metrics.punctuality.loopTurned(3_000, 1e6);
  const health = healthView(metrics, CLUSTER, 2e6, NOON_MS);
  assert.ok(Math.abs(health.token_lateness_ms.p50 - 1) < 0.016);
  assert.ok(Math.abs(health.token_lateness_ms.p99 - 8) < 0.13);
  assert.equal(health.event_loop_lag_ms, 3);
  assert.equal(health.saturated, false);
});

test('a process that cannot keep up says so', () => {
  const metrics = emptyMetrics();
  for (let look = 1; look <= 100; look++) metrics.punctuality.loopTurned(300_000, look * 50_000);
  assert.equal(healthView(metrics, CLUSTER, 5e6, NOON_MS).saturated, true);
});
