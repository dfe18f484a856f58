import type { EndedAnswer } from '../../gateway/metrics/answer-metrics.ts';
import type { ClusterFigures } from '../../gateway/metrics/cluster-figures.ts';
import { Endpoints } from '../../gateway/metrics/endpoints.ts';
import { GatewayMetrics } from '../../gateway/metrics/gateway-metrics.ts';
import { metricsView } from '../../gateway/metrics/json-view.ts';
import { PrometheusView } from '../../gateway/metrics/prometheus-view.ts';
import { assert } from '../../shared/assert.ts';
import { workerId } from '../../shared/ids.ts';
import { EventBatch } from '../../shared/protocol.ts';
import { type BenchMode, type BenchRow, type BenchTask, measure } from './bench-result.ts';

const ENDPOINTS = new Endpoints(
  Array.from({ length: 15 }, (_, index) => ({
    path: `/endpoint/${index}`,
    method: 'POST',
    generates: index === 0,
  })),
);
const CHAT = 0;
const ROWS = 64;

/**
 * What metrics cost a request and a token, and what a scrape costs. The budget of a request in the
 * gateway is some 8 us; a scrape holds the event loop up for as long as it takes.
 */
export async function suite(mode: BenchMode): Promise<BenchRow[]> {
  const rounds = mode === 'full' ? 1000 : 10;
  return measure(mode, [
    requestTask(rounds),
    tokensTask(rounds),
    batchTask(rounds),
    ...(await viewTasks('1 model, 4 workers', 1, 4)),
    ...(await viewTasks('100 models, 64 workers', 100, 64)),
  ]);
}

function createMetrics(workers: number): GatewayMetrics {
  const cache = { blockSize: 16, blocksPerWorker: 1000, prefixCaching: true };
  const bodies = { bytesInFlight: 0, bodiesRefused: 0 };
  const options = { endpoints: ENDPOINTS, servedModel: 'served', workers, windowUs: 5e6, ...cache };
  return new GatewayMetrics(options, bodies, 0);
}

function anAnswer(model: number): EndedAnswer {
  return {
    endpoint: CHAT,
    model,
    isStream: false,
    finish: 'stop',
    promptTokens: 100,
    cachedTokens: 32,
    completionTokens: 50,
    reasoningTokens: 0,
    choices: 1,
    longestChoiceTokens: 50,
    outputLimit: 64,
    queuedUs: 200,
    ttftUs: 20_000,
    latencyUs: 265_000,
  };
}

/** One operation is one unary request: all five calls. */
function requestTask(rounds: number): BenchTask {
  const metrics = createMetrics(4);
  const model = metrics.answers.models.labelOf('served');
  const answer = anAnswer(model);
  let nowUs = 0;
  return {
    name: 'metrics of a unary request',
    operations: rounds,
    run: () => {
      for (let i = 0; i < rounds; i++) {
        nowUs += 20;
        metrics.requests.started(CHAT, nowUs);
        metrics.answers.routed(1.5);
        metrics.answers.firstToken(model, 20_000 + (i & 1023), 200, 100, 32, nowUs);
        metrics.answers.ended(answer, nowUs);
        metrics.requests.ended(CHAT, 200, 265_000 + (i & 1023), nowUs);
      }
    },
  };
}

/** One operation is one streamed token. */
function tokensTask(rounds: number): BenchTask {
  const { answers } = createMetrics(4);
  let nowUs = 0;
  return {
    name: 'metrics of a streamed token: its gap',
    operations: rounds,
    run: () => {
      for (let i = 0; i < rounds; i++) {
        nowUs += 20;
        answers.tokens(0, 1, 5_000 + (i & 1023), nowUs);
      }
    },
  };
}

/** One operation is one row of tokens in a worker's batch. */
function batchTask(rounds: number): BenchTask {
  const metrics = createMetrics(4);
  const batch = new EventBatch(workerId(0));
  for (let row = 1; row <= ROWS; row++) batch.tokens.push3(row, 1, 7 * row);
  let nowUs = 0;
  return {
    name: `metrics of a row of tokens: its lateness, ${ROWS} rows a batch`,
    operations: rounds * ROWS,
    run: () => {
      for (let i = 0; i < rounds; i++) {
        nowUs += 1_000;
        metrics.workers.batch(batch, nowUs);
      }
    },
  };
}

/** One operation is one scrape. */
async function viewTasks(size: string, models: number, workers: number): Promise<BenchTask[]> {
  const metrics = createMetrics(workers);
  for (let i = 0; i < models; i++) {
    const model = metrics.answers.models.labelOf(i === 0 ? 'served' : `model-${i}`);
    metrics.answers.firstToken(model, 20_000, 200, 100, 32, 1_000);
    metrics.answers.ended(anAnswer(model), 1_000);
  }
  const cluster = aCluster();
  const view = new PrometheusView(metrics, cluster);
  const { text } = await view.render('', 2e6);
  const lines = text.split('\n').length;
  return [
    {
      name: `Prometheus text, ${size}`,
      operations: 1,
      run: async () => {
        const page = await view.render('', 2e6);
        assert(page.text.length > 1000, 'the page is whole');
      },
      note: `${lines} lines`,
    },
    {
      name: `JSON, ${size}`,
      operations: 1,
      run: () => {
        const body = JSON.stringify(metricsView(metrics, 2e6));
        assert(body.length > 1000, 'the body is whole');
      },
    },
  ];
}

function aCluster(): ClusterFigures {
  const none = { hits: 0, promptBlocks: 0, overlapBlocks: 0, overlapShare: 0, regret: 0 };
  return {
    policy: 'smart',
    router: { totals: { decisions: 0, routeUs: 0, ...none }, decisionsFor: () => 0 },
    linesDropped: () => 0,
    ownPolicy: undefined,
    recorder: undefined,
    rateLimits: undefined,
    abuse: undefined,
    fixtureHits: () => 0,
    pool: { isUp: () => true, restarts: () => 0 },
  };
}
