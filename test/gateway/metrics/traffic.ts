import { ROUTES } from '../../../gateway/api/routes.ts';
import { endpointRows } from '../../../gateway/api/served-routes.ts';
import type { Finish } from '../../../gateway/generate/finish.ts';
import type { EndedAnswer } from '../../../gateway/metrics/answer-metrics.ts';
import type { ClusterFigures } from '../../../gateway/metrics/cluster-figures.ts';
import { Endpoints } from '../../../gateway/metrics/endpoints.ts';
import { GatewayMetrics } from '../../../gateway/metrics/gateway-metrics.ts';
import { workerId } from '../../../shared/ids.ts';
import { EventBatch } from '../../../shared/protocol.ts';
import { Rng } from '../../../shared/rng.ts';

export const ENDPOINTS = new Endpoints(endpointRows(ROUTES));
export const CHAT = ENDPOINTS.of('/v1/chat/completions');
export const SERVED = 'served/model';

export function emptyMetrics(): GatewayMetrics {
  return new GatewayMetrics(
    {
      endpoints: ENDPOINTS,
      servedModel: SERVED,
      workers: 2,
      blockSize: 16,
      blocksPerWorker: 1000,
      prefixCaching: true,
      windowUs: 5e6,
    },
    { bytesInFlight: 0, bodiesRefused: 0 },
    0,
  );
}

/** A cluster of two workers, of which the second one is down. */
export const CLUSTER: ClusterFigures = {
  policy: 'smart',
  router: {
    totals: {
      decisions: 40,
      hits: 0,
      promptBlocks: 0,
      overlapBlocks: 0,
      overlapShare: 0,
      routeUs: 0,
    },
    decisionsFor: (worker) => (worker === 0 ? 30 : 10),
  },
  linesDropped: () => 6,
  ownPolicy: undefined,
  recorder: undefined,
  rateLimits: undefined,
  abuse: undefined,
  fixtureHits: () => 0,
  pool: { isUp: (worker) => worker === 0, restarts: (worker) => 5 * worker },
};

export function anAnswer(changes: Partial<EndedAnswer> = {}): EndedAnswer {
  return {
    endpoint: CHAT,
    model: 0,
    isStream: false,
    finish: 'stop',
    promptTokens: 100,
    cachedTokens: 32,
    completionTokens: 50,
    reasoningTokens: 10,
    choices: 1,
    longestChoiceTokens: 50,
    outputLimit: 0,
    queuedUs: 2_000,
    ttftUs: 20_000,
    latencyUs: 265_000,
    ...changes,
  };
}

const FINISHES: readonly Finish[] = ['stop', 'length', 'abort', 'error'];

/** Plain counts of the same traffic. */
export class Totals {
  answers = 0;
  errors = 0;
  hits = 0;
  prompt = 0;
  cached = 0;
  completion = 0;
  reasoning = 0;
  completed = 0;
  failed = 0;
  cancelled = 0;
  gaps = 0;
  latencyUs = 0;
  readonly byModel = new Map<string, number>();
  readonly byFinish = new Map<string, number>();
}

/** Tells the metrics of `count` requests, as the gateway would, and counts them by itself. */
export function burst(metrics: GatewayMetrics, count: number, seed: number): Totals {
  const rng = new Rng(seed);
  const totals = new Totals();
  let nowUs = 1_000;
  for (let i = 0; i < count; i++) {
    nowUs += rng.below(3_000);
    one(metrics, totals, rng, nowUs);
  }
  return totals;
}

function one(metrics: GatewayMetrics, totals: Totals, rng: Rng, nowUs: number): void {
  const { requests, answers } = metrics;
  const name = `model-${rng.below(3)}`;
  const tokens = 2 + rng.below(200);
  const answer = anAnswer({
    model: answers.models.labelOf(name),
    isStream: rng.below(2) === 1,
    finish: FINISHES[rng.below(4)]!,
    promptTokens: 16 + rng.below(2000),
    cachedTokens: 16 * rng.below(2),
    completionTokens: tokens,
    longestChoiceTokens: tokens,
    reasoningTokens: rng.below(tokens),
    latencyUs: 20_000 + rng.below(3_000_000),
  });
  requests.started(CHAT, nowUs);
  answers.routed(1.5);
  if (answer.isStream) answers.streamStarted();
  answers.firstToken(
    answer.model,
    answer.ttftUs,
    answer.queuedUs,
    answer.promptTokens,
    answer.cachedTokens,
    nowUs,
  );
  if (answer.isStream) answers.tokens(answer.model, tokens - 1, 5_000, nowUs);
  answers.ended(answer, nowUs);
  if (answer.isStream && answer.finish === 'error') requests.streamBroken(CHAT, nowUs);
  const status = answer.isStream || answer.finish !== 'error' ? 200 : 500;
  requests.ended(CHAT, status, answer.latencyUs, nowUs);
  count(totals, name, answer);
}

function count(totals: Totals, name: string, answer: EndedAnswer): void {
  const { finish, isStream } = answer;
  totals.answers++;
  totals.errors += Number(finish === 'error');
  totals.hits += Number(answer.cachedTokens > 0);
  totals.prompt += answer.promptTokens;
  totals.cached += answer.cachedTokens;
  totals.completion += answer.completionTokens;
  totals.reasoning += answer.reasoningTokens;
  totals.completed += Number(isStream && (finish === 'stop' || finish === 'length'));
  totals.failed += Number(isStream && finish === 'error');
  totals.cancelled += Number(isStream && finish === 'abort');
  totals.gaps += isStream ? answer.completionTokens - 1 : 0;
  totals.latencyUs += answer.latencyUs;
  totals.byModel.set(name, (totals.byModel.get(name) ?? 0) + 1);
  totals.byFinish.set(finish, (totals.byFinish.get(finish) ?? 0) + 1);
}

/** A batch of worker 0 with `rows` tokens and the given load. */
export function aBatch(rows: number, load: Partial<EventBatch['load']> = {}): EventBatch {
  const batch = new EventBatch(workerId(0));
  for (let i = 1; i <= rows; i++) batch.tokens.push3(i, 1, 10);
  Object.assign(batch.load, load);
  return batch;
}
