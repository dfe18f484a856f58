import assert from 'node:assert/strict';
import { test } from 'node:test';
import { metricsCsv, metricsView } from '../../../gateway/metrics/json-view.ts';
import { anAnswer, burst, CHAT, ENDPOINTS, emptyMetrics } from './traffic.ts';

const PATHS = ENDPOINTS.rows.map(({ path }) => path);
const GENERATING = ENDPOINTS.generating.map((endpoint) => ENDPOINTS.path(endpoint));
const WINDOW = ['rate', 'avg', 'min', 'max', 'p50', 'p90', 'p99'];
const CHAT_PATH = '/v1/chat/completions';

test('the shape is there before the first request, with zeros', () => {
  const view = metricsView(emptyMetrics(), 0);
  assert.deepEqual(Object.keys(view), [
    'requests',
    'responses',
    'tokens',
    'errors',
    'latency',
    'streaming',
    'streaming_stats',
    'totals',
    'uptime_seconds',
  ]);
  for (const part of ['requests', 'responses', 'errors', 'latency'] as const) {
    assert.deepEqual(Object.keys(view[part]), PATHS);
  }
  for (const part of ['tokens', 'streaming'] as const) {
    assert.deepEqual(Object.keys(view[part]), GENERATING);
  }
  for (const part of [view.responses, view.tokens, view.latency, view.streaming]) {
    assert.deepEqual(Object.keys(part[CHAT_PATH] ?? {}), WINDOW);
  }
  for (const part of [view.requests, view.errors]) {
    assert.deepEqual(part[CHAT_PATH], { rate: 0 });
  }
  for (const part of ['ttft', 'tokens_per_second', 'itl'] as const) {
    assert.deepEqual(Object.keys(view.streaming_stats[part]), WINDOW);
  }
  assert.ok(!/[1-9]/.test(JSON.stringify(view).replaceAll(/"[^"]+":/g, '')), 'all figures are 0');
});

test('totals equal the exact totals after a burst', () => {
  const metrics = emptyMetrics();
  const totals = burst(metrics, 1_000, 5);
  const view = metricsView(metrics, 2e6);
  assert.deepEqual(view.totals, {
    requests: totals.answers,
    responses: totals.answers,
    errors: totals.errors,
    prompt_tokens: totals.prompt,
    completion_tokens: totals.completion,
    cached_tokens: totals.cached,
  });
  assert.equal(view.streaming_stats.completed_streams, totals.completed);
  assert.equal(view.streaming_stats.failed_streams, totals.failed);
  assert.equal(view.uptime_seconds, 2);
});

test('windows are in seconds and tokens, and token rates are tokens a second', () => {
  const metrics = emptyMetrics();
  const { requests, answers } = metrics;
  for (const [tokens, latencyUs] of [
    [50, 500_000],
    [150, 1_500_000],
  ] as const) {
    requests.started(CHAT, 1e6);
    answers.streamStarted();
    answers.firstToken(0, 250_000, 1_000, 64, 0, 1e6);
    answers.tokens(0, tokens - 1, 20_000, 1e6);
    const sizes = { completionTokens: tokens, longestChoiceTokens: tokens, latencyUs };
    answers.ended(anAnswer({ ...sizes, ttftUs: 250_000, isStream: true }), 1e6);
    requests.ended(CHAT, 200, latencyUs, 1e6);
  }
  const view = metricsView(metrics, 2e6);
  assert.equal(view.requests[CHAT_PATH]?.rate, 1);
  assert.equal(view.responses[CHAT_PATH]?.rate, 1);
  assert.deepEqual(view.latency, view.responses);
  const { avg, min, max } = view.latency[CHAT_PATH] ?? {};
  assert.deepEqual([avg, min, max], [1, 0.5, 1.5]);
  assert.equal(view.streaming[CHAT_PATH]?.avg, 1);
  const { rate, max: most } = view.tokens[CHAT_PATH] ?? {};
  assert.deepEqual([rate, most], [100, 150]);
  const { ttft, itl, tokens_per_second } = view.streaming_stats;
  assert.deepEqual([ttft.avg, ttft.p99], [0.25, 0.25]);
  assert.deepEqual([itl.avg, itl.p50], [0.02, 0.02]);
  assert.deepEqual([tokens_per_second.min, tokens_per_second.max], [149 / 1.25, 49 / 0.25]);
});

test('errors are statuses from 400 on, and streams that broke off', () => {
  const metrics = emptyMetrics();
  metrics.requests.ended(CHAT, 200, 10, 1e6);
  metrics.requests.ended(CHAT, 400, 10, 1e6);
  metrics.requests.ended(CHAT, 503, 10, 1e6);
  metrics.requests.streamBroken(CHAT, 1e6);
  const view = metricsView(metrics, 2e6);
  assert.equal(view.totals.errors, 3);
  assert.equal(view.errors[CHAT_PATH]?.rate, 1.5);
});

test('the CSV has a row for each metric and endpoint, and no values where there are none', () => {
  const metrics = emptyMetrics();
  metrics.requests.started(CHAT, 1e6);
  metrics.requests.ended(CHAT, 200, 500_000, 1e6);
  const lines = metricsCsv(metrics, 2e6).split('\r\n');
  assert.equal(
    lines[0],
    'metric_type,endpoint,rate,avg_latency,min_latency,max_latency,p50_latency,p90_latency,p99_latency',
  );
  assert.equal(lines.at(-1), '');
  const rows = lines.slice(1, -1).map((line) => line.split(','));
  assert.equal(rows.length, 3 * PATHS.length + GENERATING.length);
  for (const row of rows) assert.equal(row.length, 9);
  const rowsOf = (type: string) => rows.filter((row) => row[0] === type);
  assert.deepEqual(rowsOf('requests')[0]?.slice(1), [CHAT_PATH, '0.5', '', '', '', '', '', '']);
  assert.deepEqual(
    rowsOf('responses')[0]?.slice(2),
    Array(1).fill('0.5').concat(Array(6).fill('0.5')),
  );
  assert.deepEqual(new Set(rows.map((row) => row[0])).size, 4);
});
