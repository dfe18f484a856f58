import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import type { GatewayMetrics } from '../../../gateway/metrics/gateway-metrics.ts';
import { PrometheusView } from '../../../gateway/metrics/prometheus-view.ts';
import { type Family, parseExposition } from './exposition-parser.ts';
import { aBatch, anAnswer, burst, CLUSTER, emptyMetrics, SERVED } from './traffic.ts';

const OPENMETRICS = 'application/openmetrics-text; version=1.0.0,text/plain;q=0.5';

async function families(metrics: GatewayMetrics, nowUs = 1e6): Promise<Map<string, Family>> {
  const { text } = await new PrometheusView(metrics, CLUSTER).render('', nowUs);
  return parseExposition(text, 'text');
}

/** The value of a series; fails if there is none. */
function seriesValue(all: Map<string, Family>, series: string): number {
  const name = series.replace(/\{.*/, '');
  const family = all.get(name) ?? all.get(name.replace(/_(bucket|sum|count)$/, ''));
  const value = family?.samples.get(series);
  assert.ok(value !== undefined, `no series ${series}`);
  return value;
}

/** Sum over all series of a family whose labels contain `label`. */
function sumOf(all: Map<string, Family>, name: string, label = ''): number {
  let sum = 0;
  for (const [series, value] of all.get(name)?.samples ?? []) {
    if (series.includes(label)) sum += value;
  }
  return sum;
}

test('both formats are valid and announced by their content types', async () => {
  const metrics = emptyMetrics();
  burst(metrics, 50, 1);
  const view = new PrometheusView(metrics, CLUSTER);
  const text = await view.render('*/*', 1e6);
  const open = await view.render(OPENMETRICS, 1e6);
  assert.equal(text.contentType, 'text/plain; version=0.0.4; charset=utf-8');
  assert.equal(open.contentType, 'application/openmetrics-text; version=1.0.0; charset=utf-8');
  const values = (all: Map<string, Family>) =>
    [...all.values()]
      .flatMap((family) => [...family.samples])
      .filter(([series]) => !/^(process|nodejs)_/.test(series));
  const textValues = values(parseExposition(text.text, 'text'));
  assert.deepEqual(values(parseExposition(open.text, 'openmetrics')), textValues);
  assert.equal((await view.render('text/plain', 1e6)).text.includes('# EOF'), false);
});

test('before the first request every series that a dashboard needs is there and zero', async () => {
  const all = await families(emptyMetrics());
  const model = `model_name="${SERVED}"`;
  for (const name of [
    'prompt_tokens_total',
    'generation_tokens_total',
    'request_success_total{MODEL,finished_reason="stop"}',
    'request_success_total{MODEL,finished_reason="length"}',
    'request_success_total{MODEL,finished_reason="abort"}',
    'request_success_total{MODEL,finished_reason="error"}',
    'time_to_first_token_seconds_bucket{MODEL,le="0.001"}',
    'inter_token_latency_seconds_bucket{MODEL,le="0.01"}',
    'time_per_output_token_seconds_bucket{MODEL,le="1.0"}',
    'request_time_per_output_token_seconds_count',
    'e2e_request_latency_seconds_bucket{MODEL,le="0.3"}',
    'request_queue_time_seconds_sum',
    'request_prefill_time_seconds_sum',
    'request_decode_time_seconds_sum',
    'request_inference_time_seconds_sum',
    'request_prompt_tokens_bucket{MODEL,le="100000.0"}',
    'request_generation_tokens_bucket{MODEL,le="+Inf"}',
    'request_max_num_generation_tokens_sum',
    'request_params_max_tokens_count',
    'request_params_n_bucket{MODEL,le="20.0"}',
    'num_requests_running{MODEL,engine="1"}',
    'num_requests_waiting{MODEL,engine="0"}',
    'kv_cache_usage_perc{MODEL,engine="0"}',
    'gpu_cache_usage_perc{MODEL,engine="0"}',
    'prefix_cache_queries_total{MODEL,engine="0"}',
    'prefix_cache_hits_total{MODEL,engine="0"}',
    'num_preemptions_total{MODEL,engine="0"}',
  ]) {
    const series = name.includes('{') ? name.replace('MODEL', model) : `${name}{${model}}`;
    assert.equal(seriesValue(all, `vllm:${series}`), 0);
  }
  const config = 'block_size="16",num_gpu_blocks="1000",enable_prefix_caching="True"';
  assert.equal(seriesValue(all, `vllm:cache_config_info{${model},engine="0",${config}}`), 1);
  for (const series of [
    'requests_total{endpoint="/v1/chat/completions",method="POST",status="200"}',
    'errors_total{endpoint="/v1/chat/completions",method="POST",status="200"}',
    'latency_seconds_count{endpoint="/v1/models/{id}"}',
    'streams_total{outcome="cancelled"}',
    'tokens_total{type="reasoning"}',
    `model_requests_total{model="${SERVED}"}`,
    'ttft_seconds_count',
    'token_lateness_seconds_count',
    'event_loop_lag_seconds_count',
    'active_streams',
    'completed_streams',
    'failed_streams',
    'saturated',
    'slow_clients_dropped_total',
    'bodies_refused_total',
    'body_bytes_in_flight',
    'prompt_cache_hits_total',
    'kv_evictions_total{worker="1"}',
    'router_decision_seconds_bucket{le="0.000001"}',
  ]) {
    assert.equal(seriesValue(all, `fakeai_${series}`), 0);
  }
  assert.equal(seriesValue(all, 'fakeai_worker_free_blocks{worker="1"}'), 1000);
  assert.ok(seriesValue(all, 'process_resident_memory_bytes') > 0);
});

test('counters equal the exact totals after a burst', async () => {
  const metrics = emptyMetrics();
  const totals = burst(metrics, 2_000, 7);
  const all = await families(metrics, 5e6);
  const chat = 'endpoint="/v1/chat/completions"';
  assert.equal(sumOf(all, 'fakeai_requests_total', chat), totals.answers);
  assert.equal(sumOf(all, 'fakeai_errors_total', chat), totals.errors);
  assert.equal(seriesValue(all, `fakeai_latency_seconds_count{${chat}}`), totals.answers);
  const seconds = seriesValue(all, `fakeai_latency_seconds_sum{${chat}}`);
  assert.ok(Math.abs(seconds - totals.latencyUs / 1e6) < 1e-6);
  for (const type of ['prompt', 'cached', 'completion', 'reasoning'] as const) {
    assert.equal(seriesValue(all, `fakeai_tokens_total{type="${type}"}`), totals[type]);
    assert.equal(sumOf(all, 'fakeai_model_tokens_total', `type="${type}"`), totals[type]);
  }
  for (const outcome of ['completed', 'failed', 'cancelled'] as const) {
    assert.equal(seriesValue(all, `fakeai_streams_total{outcome="${outcome}"}`), totals[outcome]);
  }
  assert.equal(seriesValue(all, 'fakeai_active_streams'), 0);
  for (const [model, count] of totals.byModel) {
    assert.equal(seriesValue(all, `fakeai_model_requests_total{model="${model}"}`), count);
    assert.equal(sumOf(all, 'vllm:request_success_total', `"${model}"`), count);
  }
  for (const [finish, count] of totals.byFinish) {
    assert.equal(sumOf(all, 'vllm:request_success_total', `finished_reason="${finish}"`), count);
  }
  assert.equal(sumOf(all, 'fakeai_model_errors_total'), totals.errors);
  assert.equal(sumOf(all, 'vllm:prompt_tokens_total'), totals.prompt);
  assert.equal(sumOf(all, 'vllm:generation_tokens_total'), totals.completion);
  assert.equal(sumOf(all, 'vllm:inter_token_latency_seconds', '_count'), totals.gaps);
  assert.equal(sumOf(all, 'vllm:time_to_first_token_seconds', '_count'), totals.answers);
  const whole = (totals.byFinish.get('stop') ?? 0) + (totals.byFinish.get('length') ?? 0);
  assert.equal(sumOf(all, 'vllm:e2e_request_latency_seconds', '_count'), whole);
  assert.equal(seriesValue(all, 'fakeai_router_decision_seconds_count'), totals.answers);
});

test('what workers report is shown by worker', async () => {
  const metrics = emptyMetrics();
  const readmitted = { readmittedHitBlocks: 11, readmittedMissedBlocks: 12 };
  const counters = {
    hitBlocks: 40,
    missedBlocks: 60,
    ...readmitted,
    evictedBlocks: 7,
    preemptions: 3,
  };
  const load = { running: 5, waiting: 4, activeBlocks: 250, cachedBlocks: 100, ...counters };
  metrics.workers.batch(aBatch(12, load), 2_000);
  const all = await families(metrics);
  const engine = `{model_name="${SERVED}",engine="0"}`;
  for (const [series, value] of [
    ['vllm:num_requests_running', 5],
    ['vllm:num_requests_waiting', 4],
    ['vllm:kv_cache_usage_perc', 0.25],
    ['vllm:prefix_cache_hits_total', 640],
    ['vllm:prefix_cache_queries_total', 1600],
    ['vllm:num_preemptions_total', 3],
  ] as const) {
    assert.equal(seriesValue(all, series + engine), value);
  }
  for (const [series, value] of [
    ['worker_running', 5],
    ['worker_waiting', 4],
    ['worker_active_blocks', 250],
    ['worker_cached_blocks', 100],
    ['worker_free_blocks', 650],
    ['kv_hits_total', 40],
    ['kv_misses_total', 60],
    ['kv_readmission_hits_total', 11],
    ['kv_readmission_misses_total', 12],
    ['kv_evictions_total', 7],
    ['kv_preemptions_total', 3],
    ['worker_restarts_total', 0],
  ] as const) {
    assert.equal(seriesValue(all, `fakeai_${series}{worker="0"}`), value);
  }
  assert.equal(seriesValue(all, 'fakeai_worker_restarts_total{worker="1"}'), 5);
  assert.equal(seriesValue(all, 'fakeai_router_decisions_total{worker="1",policy="smart"}'), 10);
  assert.equal(seriesValue(all, 'fakeai_token_lateness_seconds_count'), 12);
  assert.equal(seriesValue(all, 'fakeai_log_lines_dropped_total'), 6);
});

test('names that clients make up are escaped, and an unusual status gets its own series', async () => {
  const metrics = emptyMetrics();
  const name = 'a "quoted"\\name\nof two lines, {le="1"}';
  metrics.answers.ended(anAnswer({ model: metrics.answers.models.labelOf(name) }), 10);
  metrics.requests.ended(0, 429, 10, 10);
  metrics.requests.ended(0, 405, 10, 10);
  metrics.requests.ended(0, 418, 10, 10);
  const all = await families(metrics);
  const escaped = 'a \\"quoted\\"\\\\name\\nof two lines, {le=\\"1\\"}';
  assert.equal(seriesValue(all, `fakeai_model_requests_total{model="${escaped}"}`), 1);
  const chat = 'endpoint="/v1/chat/completions"';
  assert.equal(seriesValue(all, `fakeai_errors_total{${chat},method="POST",status="429"}`), 1);
  assert.equal(seriesValue(all, `fakeai_errors_total{${chat},method="other",status="405"}`), 1);
  assert.equal(seriesValue(all, `fakeai_requests_total{${chat},method="POST",status="other"}`), 1);
});

test('series that come up later join those that are there', async () => {
  const metrics = emptyMetrics();
  const view = new PrometheusView(metrics, CLUSTER);
  const before = parseExposition((await view.render('', 1e6)).text, 'text');
  const label = metrics.answers.models.labelOf('later');
  metrics.answers.ended(anAnswer({ model: label }), 10);
  const after = parseExposition((await view.render('', 1e6)).text, 'text');
  assert.deepEqual([...after.keys()], [...before.keys()]);
  assert.equal(seriesValue(after, 'vllm:generation_tokens_total{model_name="later"}'), 50);
  assert.equal(seriesValue(after, `vllm:generation_tokens_total{model_name="${SERVED}"}`), 0);
});

test('a page of many series leaves the event loop time for other things', async () => {
  const metrics = emptyMetrics();
  for (let model = 0; model < 100; model++) metrics.answers.models.labelOf(`model-${model}`);
  const view = new PrometheusView(metrics, CLUSTER);
  let turns = 0;
  let rendered = false;
  const count = () => {
    turns++;
    if (!rendered) setImmediate(count);
  };
  setImmediate(count);
  const { text } = await view.render('', 1e6);
  rendered = true;
  assert.ok(turns >= 10, `${turns} turns`);
  parseExposition(text, 'text');
});

/** Part of Prometheus; nothing that npm could install. */
const PROMTOOL = 'promtool';

/** Lint of promtool that the names of vLLM and of the reference cannot avoid. */
const ALLOWED_LINT = [
  /^vllm:\S+ metric names should not contain ':'$/,
  /^fakeai_model_latency_milliseconds use base unit "seconds" instead of "milliseconds"$/,
];

test('promtool finds nothing but what is known', async (t) => {
  const metrics = emptyMetrics();
  burst(metrics, 100, 3);
  const { text } = await new PrometheusView(metrics, CLUSTER).render('', 1e6);
  const { error, status, stdout, stderr } = spawnSync(PROMTOOL, ['check', 'metrics'], {
    input: text,
    encoding: 'utf8',
  });
  if (error !== undefined) {
    t.skip('promtool is not installed');
    return;
  }
  assert.ok(status === 0 || status === 3, `exit ${status}: ${stderr}`);
  const lint = `${stdout}${stderr}`.split('\n').filter((line) => line !== '');
  assert.deepEqual(
    lint.filter((line) => !ALLOWED_LINT.some((allowed) => allowed.test(line))),
    [],
  );
});

test('a page is rendered once for all who ask meanwhile, and given to one of them a turn', async () => {
  let renderings = 0;
  const linesDropped = () => {
    renderings++;
    return 0;
  };
  const view = new PrometheusView(emptyMetrics(), { ...CLUSTER, linesDropped });
  let turn = 0;
  let timer = setImmediate(function count() {
    turn++;
    timer = setImmediate(count);
  });
  const turns = await Promise.all(
    Array.from({ length: 20 }, async () => {
      await view.render('', 1e6);
      return turn;
    }),
  );
  clearImmediate(timer);
  assert.equal(renderings, 1);
  assert.equal(new Set(turns).size, turns.length);
  await view.render('', 2e6);
  assert.equal(renderings, 2, 'who asks later gets a new one');
});
