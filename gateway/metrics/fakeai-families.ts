import { workerId } from '../../shared/ids.ts';
import { FINISHES } from '../generate/finish.ts';
import { TOKEN_TYPES } from './answer-metrics.ts';
import { MODEL_LATENCY_BOUNDS_US } from './bounds.ts';
import type { ClusterFigures } from './cluster-figures.ts';
import type { Histogram } from './distribution.ts';
import { counter, type Family, gauge, histogram, MILLISECONDS, SECONDS } from './family.ts';
import type { GatewayMetrics } from './gateway-metrics.ts';
import { fixed, type LabelSets, labelled, product, UNLABELLED } from './label-sets.ts';
import { LOAD_COUNTERS, LOAD_LEVELS } from './load-figures.ts';
import { STATUSES } from './request-metrics.ts';

/** The families of this server. */
export function fakeaiFamilies(metrics: GatewayMetrics, cluster: ClusterFigures): Family[] {
  return [
    ...requestFamilies(metrics),
    ...endpointFamilies(metrics),
    ...streamFamilies(metrics),
    ...edgeFamilies(metrics, cluster),
    ...rateLimitFamilies(cluster),
    ...abuseFamilies(cluster),
    ...punctualityFamilies(metrics),
    ...logFamilies(cluster),
    ...workerFamilies(metrics, cluster),
    ...routerFamilies(metrics, cluster),
    ...modelFamilies(metrics),
  ];
}

function requestFamilies({ endpoints, requests }: GatewayMetrics): Family[] {
  const { outcomes, brokenStreams } = requests;
  const endpointOf = (index: number) => Math.floor(index / STATUSES.length);
  const statusOf = (index: number) => STATUSES[index % STATUSES.length] ?? 0;
  const labels: LabelSets = {
    count: endpoints.rows.length * STATUSES.length,
    at: (index) => {
      const endpoint = endpointOf(index);
      const status = statusOf(index);
      const isUsual = status === (endpoint === endpoints.other ? 404 : 200);
      if (!isUsual && outcomes.of(index) === 0) return undefined;
      const row = endpoints.rows[endpoint];
      return {
        endpoint: row?.path ?? '',
        method: status === 405 ? 'other' : (row?.method ?? ''),
        status: status === 0 ? 'other' : `${status}`,
      };
    },
  };
  const isError = (index: number) =>
    statusOf(index) >= 400 ||
    (statusOf(index) === 200 && endpoints.generating.includes(endpointOf(index)));
  return [
    counter('fakeai_requests_total', 'Requests that have ended.', labels, (index) => {
      return outcomes.of(index);
    }),
    counter(
      'fakeai_errors_total',
      'Errors; a stream that broke off has status 200.',
      { count: labels.count, at: (index) => (isError(index) ? labels.at(index) : undefined) },
      (index) =>
        statusOf(index) === 200 ? brokenStreams.of(endpointOf(index)) : outcomes.of(index),
    ),
  ];
}

function endpointFamilies({ endpoints, requests, answers }: GatewayMetrics): Family[] {
  const { arrivals, latencyUs, errors } = requests;
  const paths = labelled(
    'endpoint',
    endpoints.rows.map(({ path }) => path),
  );
  const rate = (name: string, help: string, read: (at: number, nowUs: number) => number) =>
    gauge(`fakeai_${name}_per_second`, help, paths, read);
  return [
    rate('requests', 'Requests by arrival, over the window.', (at, nowUs) =>
      arrivals.perSecond(at, nowUs),
    ),
    rate('responses', 'Answers, over the window.', (at, nowUs) =>
      latencyUs.window(at).valuesPerSecond(nowUs),
    ),
    rate('tokens', 'Completion tokens, over the window.', (at, nowUs) =>
      answers.completionTokens.window(at).sumPerSecond(nowUs),
    ),
    rate('errors', 'Errors, over the window.', (at, nowUs) => errors.perSecond(at, nowUs)),
    seconds('latency', 'From arrival to the last byte.', latencyUs, paths),
  ];
}

function streamFamilies({ answers }: GatewayMetrics): Family[] {
  const { streams, cache, ttftUs } = answers;
  const outcomes = ['completed', 'failed', 'cancelled'] as const;
  return [
    counter(
      'fakeai_streams_total',
      'Streams by what became of them.',
      labelled('outcome', outcomes),
      (index) => streams[outcomes[index] ?? 'completed'],
    ),
    one(gauge, 'active_streams', 'Streams that are open.', () => streams.open),
    one(gauge, 'completed_streams', 'The same as streams_total, completed.', () => {
      return streams.completed;
    }),
    one(gauge, 'failed_streams', 'The same as streams_total, failed.', () => streams.failed),
    counter(
      'fakeai_tokens_total',
      'Tokens of answers; cached ones are prompt too.',
      labelled('type', TOKEN_TYPES),
      (index) => answers.tokenTotal(TOKEN_TYPES[index] ?? 'prompt'),
    ),
    seconds('ttft', 'From arrival to first token.', ttftUs.overall()),
    one(counter, 'prompt_cache_hits_total', 'Requests that hit the prompt cache.', () => {
      return cache.promptCacheHits;
    }),
  ];
}

function edgeFamilies(metrics: GatewayMetrics, { fixtureHits }: ClusterFigures): Family[] {
  const { bodies } = metrics;
  return [
    one(counter, 'slow_clients_dropped_total', 'Clients that did not read.', () => {
      return metrics.slowClientsDropped;
    }),
    one(counter, 'fixture_hits_total', 'Requests with a scripted answer.', fixtureHits),
    one(counter, 'defects_total', 'Errors of the server itself, a bug each.', () => {
      return metrics.defects;
    }),
    one(counter, 'bodies_refused_total', 'Request bodies without room for them.', () => {
      return bodies.bodiesRefused;
    }),
    one(gauge, 'body_bytes_in_flight', 'Request bodies being received or read.', () => {
      return bodies.bytesInFlight;
    }),
  ];
}

function rateLimitFamilies({ rateLimits }: ClusterFigures): Family[] {
  if (rateLimits === undefined) return [];
  const limits = ['requests', 'tokens'] as const;
  return [
    counter(
      'fakeai_rate_limited_total',
      'Requests over a limit of their key.',
      labelled('limit', limits),
      (index) => rateLimits.refused(limits[index] ?? 'requests'),
    ),
    one(counter, 'rate_limit_redis_failures_total', 'Times that Redis gave no answer.', () => {
      return rateLimits.failures;
    }),
  ];
}

function abuseFamilies({ abuse }: ClusterFigures): Family[] {
  if (abuse === undefined) return [];
  return [
    one(counter, 'address_bans_total', 'Bans of client addresses.', () => abuse.bans),
    one(gauge, 'abuse_records', 'Addresses that are watched.', () => abuse.size),
  ];
}

function punctualityFamilies({ punctuality }: GatewayMetrics): Family[] {
  const { latenessUs, loopLagUs } = punctuality;
  return [
    seconds('token_lateness', 'From the time when a token was due to its write.', latenessUs),
    seconds('event_loop_lag', 'How late the event loop came to a timer.', loopLagUs),
    one(gauge, 'saturated', '1 while the server cannot keep up.', () => {
      return Number(punctuality.isSaturated);
    }),
  ];
}

function logFamilies({ linesDropped, recorder }: ClusterFigures): Family[] {
  const dropped = one(
    counter,
    'log_lines_dropped_total',
    'Log lines that were not written.',
    linesDropped,
  );
  if (recorder === undefined) return [dropped];
  const outcomes = labelled('outcome', ['written', 'left-out']);
  const recorded = counter(
    'fakeai_recorded_requests_total',
    'Requests for the recording.',
    outcomes,
    (index) => (index === 0 ? recorder.counts.recorded : recorder.counts.leftOut),
  );
  return [dropped, recorded];
}

function workerFamilies({ workers, options }: GatewayMetrics, cluster: ClusterFigures): Family[] {
  const labels = workers.as('worker');
  return [
    ...LOAD_LEVELS.map(({ name, help, field }) =>
      gauge(name, help, labels, (at) => workers.load(at, field)),
    ),
    gauge('fakeai_worker_free_blocks', 'KV blocks that hold nothing.', labels, (at) => {
      const used = workers.load(at, 'activeBlocks') + workers.load(at, 'cachedBlocks');
      return options.blocksPerWorker - used;
    }),
    ...LOAD_COUNTERS.map(({ name, help, field }) =>
      counter(name, help, labels, (at) => workers.total(at, field)),
    ),
    counter('fakeai_worker_restarts_total', 'Starts after a death.', labels, (at) =>
      cluster.pool.restarts(workerId(at)),
    ),
  ];
}

function routerFamilies({ workers, answers }: GatewayMetrics, cluster: ClusterFigures): Family[] {
  const { policy, router } = cluster;
  const labels = product(workers.as('worker'), fixed({ policy }));
  return [
    counter('fakeai_router_decisions_total', 'Sequences placed on a worker.', labels, (at) =>
      router.decisionsFor(workerId(at)),
    ),
    seconds('router_decision', 'What a decision took.', answers.decisionUs),
    ...ownPolicyFamilies(cluster),
  ];
}

function ownPolicyFamilies({ ownPolicy }: ClusterFigures): Family[] {
  if (ownPolicy === undefined) return [];
  return [
    seconds('policy_module', "What a choice of the user's policy took.", ownPolicy.decisionUs),
    counter(
      'fakeai_policy_module_failures_total',
      "Sequences for which the user's policy gave no worker.",
      UNLABELLED,
      () => ownPolicy.failures,
    ),
  ];
}

function modelFamilies({ answers, endpoints }: GatewayMetrics): Family[] {
  const { answered, finishes, tokenCounts, whole } = answers;
  const models = answers.models.as('model');
  const finishesOf = FINISHES.length;
  const { generating } = endpoints;
  const paths = generating.map((endpoint) => endpoints.path(endpoint));
  return [
    counter('fakeai_model_requests_total', 'Answers that have ended.', models, (model) =>
      finishes.sum(model * finishesOf, (model + 1) * finishesOf),
    ),
    counter(
      'fakeai_model_tokens_total',
      'Tokens of answers.',
      product(models, labelled('type', TOKEN_TYPES)),
      (index) => tokenCounts.of(index),
    ),
    counter('fakeai_model_errors_total', 'Answers that failed.', models, (model) =>
      finishes.of(model * finishesOf + FINISHES.indexOf('error')),
    ),
    histogram(
      'fakeai_model_latency_milliseconds',
      'From arrival to the end.',
      models,
      whole.latencyUs.within(MODEL_LATENCY_BOUNDS_US),
      MILLISECONDS,
    ),
    counter(
      'fakeai_model_endpoint_requests_total',
      'Answers that have ended.',
      product(models, labelled('endpoint', paths)),
      (index) => {
        const model = Math.floor(index / generating.length);
        const endpoint = generating[index % generating.length] ?? 0;
        return answered.of(model * endpoints.rows.length + endpoint);
      },
    ),
  ];
}

function one(type: typeof counter, name: string, help: string, read: () => number): Family {
  return type(`fakeai_${name}`, help, UNLABELLED, read);
}

function seconds(name: string, help: string, read: Histogram, labels = UNLABELLED): Family {
  return histogram(`fakeai_${name}_seconds`, help, labels, read, SECONDS);
}
