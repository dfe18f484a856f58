import { workerId } from '../../shared/ids.ts';
import { TOKEN_TYPES } from './answer-metrics.ts';
import type { ClusterFigures } from './cluster-figures.ts';
import type { GatewayMetrics } from './gateway-metrics.ts';
import type { HistogramRows } from './histogram-rows.ts';
import type { ModelLabel } from './model-labels.ts';
import { STATUSES } from './request-metrics.ts';
import {
  type AnyRegistry,
  SampledCounter,
  SampledGauge,
  SampledHistogram,
} from './sampled-series.ts';

const SECONDS = 1e6;
const MILLISECONDS = 1e3;

/** The series of this server. */
export class FakeaiSeries {
  readonly #registry: AnyRegistry;
  readonly #metrics: GatewayMetrics;
  readonly #nowUs: () => number;
  readonly #requests: SampledCounter;
  readonly #errors: SampledCounter;
  readonly #models: ModelSeries;
  /** Series of requests that exist, by endpoint and index of the status. */
  readonly #shown = new Set<number>();

  /** `nowUs` is the time of the rendering. */
  constructor(
    registry: AnyRegistry,
    metrics: GatewayMetrics,
    cluster: ClusterFigures,
    nowUs: () => number,
  ) {
    this.#registry = registry;
    this.#metrics = metrics;
    this.#nowUs = nowUs;
    this.#requests = this.#counter('requests_total', 'Requests that have ended.');
    this.#errors = this.#counter('errors_total', 'Errors; a stream that broke off has status 200.');
    this.#addEndpointSeries();
    this.#addStreamSeries();
    this.#addPunctualitySeries();
    this.#addLogSeries(cluster);
    this.#addWorkerSeries(cluster);
    this.#addRouterSeries(cluster);
    this.#models = this.#createModelSeries();
    this.addStatuses();
  }

  /** Adds series for the endpoints and statuses that have come up since the last call. */
  addStatuses(): void {
    const { endpoints, requests } = this.#metrics;
    for (const endpoint of endpoints.rows.keys()) {
      for (let status = 0; status < STATUSES.length; status++) {
        const isUsual = STATUSES[status] === (endpoint === endpoints.other ? 404 : 200);
        if (isUsual || requests.endedCount(endpoint, status) > 0) this.#show(endpoint, status);
      }
    }
  }

  /** Adds the series of a model. */
  addModel(model: ModelLabel): void {
    const { answers, endpoints } = this.#metrics;
    const { requests, tokens, errors, latency, byEndpoint } = this.#models;
    const name = answers.models.nameOf(model);
    requests.series({ model: name }, () =>
      endpoints.generating.reduce((sum, e) => sum + answers.answerCount(model, e), 0),
    );
    for (const type of TOKEN_TYPES) {
      tokens.series({ model: name, type }, () => answers.tokenCount(model, type));
    }
    errors.series({ model: name }, () => answers.finishedCount(model, 'error'));
    latency.series({ model: name }, model);
    for (const endpoint of endpoints.generating) {
      const labels = { model: name, endpoint: endpoints.path(endpoint) };
      byEndpoint.series(labels, () => answers.answerCount(model, endpoint));
    }
  }

  #show(endpoint: number, status: number): void {
    const key = endpoint * STATUSES.length + status;
    if (this.#shown.has(key)) return;
    this.#shown.add(key);
    const { endpoints, requests } = this.#metrics;
    const row = endpoints.rows[endpoint];
    const code = STATUSES[status] ?? 0;
    const labels = {
      endpoint: row?.path ?? '',
      method: code === 405 ? 'other' : (row?.method ?? ''),
      status: code === 0 ? 'other' : `${code}`,
    };
    this.#requests.series(labels, () => requests.endedCount(endpoint, status));
    if (code === 200 && row?.generates) {
      this.#errors.series(labels, () => requests.brokenStreamCount(endpoint));
    } else if (code >= 400) {
      this.#errors.series(labels, () => requests.endedCount(endpoint, status));
    }
  }

  #addEndpointSeries(): void {
    const { endpoints, requests, answers } = this.#metrics;
    const now = this.#nowUs;
    const arrivals = this.#gauge('requests_per_second', 'Requests by arrival, over the window.');
    const responses = this.#gauge('responses_per_second', 'Answers, over the window.');
    const tokens = this.#gauge('tokens_per_second', 'Completion tokens, over the window.');
    const errors = this.#gauge('errors_per_second', 'Errors, over the window.');
    const latency = this.#seconds(
      'latency_seconds',
      'From arrival to the last byte.',
      requests.latencyHistogram,
    );
    for (const [endpoint, { path }] of endpoints.rows.entries()) {
      const labels = { endpoint: path };
      arrivals.series(labels, () => requests.arrivals[endpoint]?.perSecond(now()) ?? 0);
      responses.series(labels, () => requests.latencyUs[endpoint]?.valuesPerSecond(now()) ?? 0);
      tokens.series(labels, () => answers.completionTokens[endpoint]?.sumPerSecond(now()) ?? 0);
      errors.series(labels, () => requests.errors[endpoint]?.perSecond(now()) ?? 0);
      latency.series(labels, endpoint);
    }
  }

  #addStreamSeries(): void {
    const { answers } = this.#metrics;
    const streams = this.#counter('streams_total', 'Streams by what became of them.');
    for (const outcome of ['completed', 'failed', 'cancelled'] as const) {
      streams.series({ outcome }, () => answers.streams[outcome]);
    }
    this.#gauge('active_streams', 'Streams that are open.').series({}, () => answers.streams.open);
    for (const outcome of ['completed', 'failed'] as const) {
      const gauge = this.#gauge(`${outcome}_streams`, `The same as streams_total, ${outcome}.`);
      gauge.series({}, () => answers.streams[outcome]);
    }
    const tokens = this.#counter('tokens_total', 'Tokens of answers; cached ones are prompt too.');
    for (const type of TOKEN_TYPES) tokens.series({ type }, () => answers.tokenTotal(type));
    this.#seconds('ttft_seconds', 'From arrival to first token.', answers.ttftHistogram).series(
      {},
      0,
    );
    const hits = this.#counter('prompt_cache_hits_total', 'Requests that hit the prompt cache.');
    hits.series({}, () => answers.cache.promptCacheHits);
    const dropped = this.#counter('slow_clients_dropped_total', 'Clients that did not read.');
    dropped.series({}, () => this.#metrics.slowClientsDropped);
    const defects = this.#counter('defects_total', 'Errors of the server itself, a bug each.');
    defects.series({}, () => this.#metrics.defects);
    const { bodies } = this.#metrics;
    const refused = this.#counter('bodies_refused_total', 'Request bodies without room for them.');
    refused.series({}, () => bodies.bodiesRefused);
    const inFlight = this.#gauge('body_bytes_in_flight', 'Request bodies being received or read.');
    inFlight.series({}, () => bodies.bytesInFlight);
  }

  #addPunctualitySeries(): void {
    const { punctuality } = this.#metrics;
    const { latenessHistogram, loopLagHistogram } = punctuality;
    this.#seconds(
      'token_lateness_seconds',
      'From the time when a token was due to its write.',
      latenessHistogram,
    ).series({}, 0);
    this.#seconds(
      'event_loop_lag_seconds',
      'How late the event loop came to a timer.',
      loopLagHistogram,
    ).series({}, 0);
    const saturated = this.#gauge('saturated', '1 while the server cannot keep up.');
    saturated.series({}, () => Number(punctuality.isSaturated));
  }

  #addLogSeries(cluster: ClusterFigures): void {
    const dropped = this.#counter('log_lines_dropped_total', 'Log lines that were not written.');
    dropped.series({}, cluster.linesDropped);
    const { recorder } = cluster;
    if (recorder === undefined) return;
    const recorded = this.#counter('recorded_requests_total', 'Requests for the recording.');
    recorded.series({ outcome: 'written' }, () => recorder.counts.recorded);
    recorded.series({ outcome: 'left-out' }, () => recorder.counts.leftOut);
  }

  #addWorkerSeries(cluster: ClusterFigures): void {
    const { workers, options } = this.#metrics;
    const running = this.#gauge('worker_running', 'Sequences that run.');
    const waiting = this.#gauge('worker_waiting', 'Sequences that wait.');
    const active = this.#gauge('worker_active_blocks', 'KV blocks that sequences use.');
    const cached = this.#gauge('worker_cached_blocks', 'KV blocks kept for later hits.');
    const free = this.#gauge('worker_free_blocks', 'KV blocks that hold nothing.');
    const hits = this.#counter('kv_hits_total', 'KV blocks found at first admission.');
    const misses = this.#counter('kv_misses_total', 'KV blocks not found at first admission.');
    const againHits = this.#counter(
      'kv_readmission_hits_total',
      'KV blocks found when a preempted sequence was admitted again.',
    );
    const againMisses = this.#counter(
      'kv_readmission_misses_total',
      'KV blocks not found when a preempted sequence was admitted again.',
    );
    const evictions = this.#counter('kv_evictions_total', 'KV blocks given up for others.');
    const preemptions = this.#counter('kv_preemptions_total', 'Sequences that lost their blocks.');
    const restarts = this.#counter('worker_restarts_total', 'Starts after a death.');
    for (let index = 0; index < options.workers; index++) {
      const id = workerId(index);
      const labels = { worker: `${index}` };
      const used = () => workers.load(index, 'activeBlocks') + workers.load(index, 'cachedBlocks');
      running.series(labels, () => workers.load(index, 'running'));
      waiting.series(labels, () => workers.load(index, 'waiting'));
      active.series(labels, () => workers.load(index, 'activeBlocks'));
      cached.series(labels, () => workers.load(index, 'cachedBlocks'));
      free.series(labels, () => options.blocksPerWorker - used());
      hits.series(labels, () => workers.total(index, 'hitBlocks'));
      misses.series(labels, () => workers.total(index, 'missedBlocks'));
      againHits.series(labels, () => workers.total(index, 'readmittedHitBlocks'));
      againMisses.series(labels, () => workers.total(index, 'readmittedMissedBlocks'));
      evictions.series(labels, () => workers.total(index, 'evictedBlocks'));
      preemptions.series(labels, () => workers.total(index, 'preemptions'));
      restarts.series(labels, () => cluster.pool.restarts(id));
    }
  }

  #addRouterSeries(cluster: ClusterFigures): void {
    const { policy, router } = cluster;
    const decisions = this.#counter('router_decisions_total', 'Sequences placed on a worker.');
    for (let index = 0; index < this.#metrics.options.workers; index++) {
      const id = workerId(index);
      decisions.series({ worker: `${index}`, policy }, () => router.decisionsFor(id));
    }
    this.#seconds(
      'router_decision_seconds',
      'What a decision took.',
      this.#metrics.answers.decisionHistogram,
    ).series({}, 0);
  }

  #createModelSeries(): ModelSeries {
    return {
      requests: this.#counter('model_requests_total', 'Answers that have ended.'),
      tokens: this.#counter('model_tokens_total', 'Tokens of answers.'),
      errors: this.#counter('model_errors_total', 'Answers that failed.'),
      latency: new SampledHistogram(
        this.#family('model_latency_milliseconds', 'From arrival to the end.'),
        this.#metrics.answers.histograms.modelLatencyUs,
        MILLISECONDS,
      ),
      byEndpoint: this.#counter('model_endpoint_requests_total', 'Answers that have ended.'),
    };
  }

  #counter(name: string, help: string): SampledCounter {
    return new SampledCounter(this.#family(name, help));
  }

  #gauge(name: string, help: string): SampledGauge {
    return new SampledGauge(this.#family(name, help));
  }

  #seconds(name: string, help: string, rows: HistogramRows): SampledHistogram {
    return new SampledHistogram(this.#family(name, help), rows, SECONDS);
  }

  #family(name: string, help: string) {
    return { registry: this.#registry, name: `fakeai_${name}`, help };
  }
}

interface ModelSeries {
  readonly requests: SampledCounter;
  readonly tokens: SampledCounter;
  readonly errors: SampledCounter;
  readonly latency: SampledHistogram;
  readonly byEndpoint: SampledCounter;
}
