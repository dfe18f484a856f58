import { captureAnswer } from './captured-answer.ts';
import {
  compare,
  comparisonTable,
  cpuBetween,
  type Figures,
  type Headings,
  ratioOf,
} from './comparison.ts';
import { showProgress } from './progress.ts';
import {
  CHAT_PATH,
  latencyFlags,
  type Scenario,
  type ScenarioContext,
  type ScenarioReport,
  UNARY_BODY,
  verdict,
} from './scenario.ts';
import { ServerProcess } from './server-process.ts';
import { figure } from './text-table.ts';
import { findUnaryLoad, type UnaryLoad } from './unary-load.ts';

const HEADINGS = {
  requestsPerSecond: 'requests/s',
  tokensPerSecond: 'tokens/s',
  p50Ms: 'p50 ms',
  p99Ms: 'p99 ms',
  cpuUsPerRequest: 'CPU us/request',
  cpuUsPerToken: 'CPU us/token',
  mainThreadPercent: 'main thread %',
  bytesPerAnswer: 'bytes/answer',
  rssMib: 'RSS MiB',
} as const satisfies Headings<string>;

type Name = keyof typeof HEADINGS;

const WARM_UP_SECONDS = 2;

/** A request whose whole answer is measured. */
interface UnaryRequest {
  readonly name: string;
  /** What is in it, in words. */
  readonly about: string;
  readonly path: string;
  /** Empty: it is a GET. */
  readonly body: string;
  /** Share of the bare server's requests a second that is to be reached. */
  readonly bar: number;
}

const CHAT: UnaryRequest = {
  name: 'unary',
  about: '"Hello", max_tokens 100',
  path: CHAT_PATH,
  body: UNARY_BODY,
  bar: 0.6,
};

const EMBEDDINGS: UnaryRequest = {
  name: 'embeddings',
  about: 'a short text that is remembered, 1,536 floats as base64',
  path: '/v1/embeddings',
  body: JSON.stringify({
    model: 'text-embedding-3-small',
    input: 'The quick brown fox jumps over the lazy dog.',
    encoding_format: 'base64',
  }),
  bar: 0.5,
};

const MODELS: UnaryRequest = {
  name: 'models',
  about: 'the list as it is at start',
  path: '/v1/models',
  body: '',
  bar: 0.8,
};

export const unaryScenario = scenarioOf(CHAT);
export const embeddingsScenario = scenarioOf(EMBEDDINGS);
export const modelsScenario = scenarioOf(MODELS);

function scenarioOf(request: UnaryRequest): Scenario {
  return (context) => measureAnswers(request, context);
}

/** Whole answers without latency: what a request costs. */
async function measureAnswers(
  request: UnaryRequest,
  context: ScenarioContext,
): Promise<ScenarioReport> {
  const { name, about, path, body, bar } = request;
  const { rounds, seconds, connections } = context.options;
  const load = findUnaryLoad();
  showProgress(`${name}: starting`);
  const flags = latencyFlags(0, 0);
  const ours = await context.start(flags, UNARY_BODY);
  const answer = await captureAnswer(ours.port, path, body);
  const bare = await ServerProcess.startBare({ path, answer });
  const measure = (server: ServerProcess, durationS: number) =>
    measureOnce(load, server, request, answer.tokens, { connections, seconds: durationS });
  showProgress(`${name}: warming up`);
  await measure(ours, WARM_UP_SECONDS);
  await measure(bare, WARM_UP_SECONDS);
  const comparison = await compare(
    name,
    rounds,
    () => measure(ours, seconds),
    () => measure(bare, seconds),
  );
  await Promise.all([ours.stop(), bare.stop()]);

  const ratio = ratioOf(comparison, 'requestsPerSecond');
  const value = `${figure(ratio.median)} of the bare server's (${figure(ratio.min)} to ${figure(ratio.max)})`;
  return {
    title:
      `${name}: ${body === '' ? 'GET' : 'POST'} ${path}, ${about}, latency 0, ` +
      `${connections} connections, ` +
      `${load.name}, ${rounds} rounds of ${seconds} s`,
    text: [
      comparisonTable(HEADINGS, comparison),
      verdict('requests/s', value, `>= ${bar}`, ratio.median >= bar),
    ].join('\n'),
    figures: { load: load.name, connections, seconds, ...comparison, ratio },
  };
}

async function measureOnce(
  load: UnaryLoad,
  server: ServerProcess,
  { path, body }: UnaryRequest,
  tokensPerAnswer: number,
  plan: { connections: number; seconds: number },
): Promise<Figures<Name>> {
  const before = server.usage();
  const got = await load.run({ port: server.port, path, body, ...plan });
  const after = server.usage();
  const { cpuUs, mainThreadPercent } = cpuBetween(before, after);
  const requestsPerSecond = got.requests / got.seconds;
  return {
    requestsPerSecond,
    tokensPerSecond: requestsPerSecond * tokensPerAnswer,
    p50Ms: got.p50Ms,
    p99Ms: got.p99Ms,
    cpuUsPerRequest: cpuUs / got.requests,
    cpuUsPerToken: cpuUs / got.requests / Math.max(1, tokensPerAnswer),
    mainThreadPercent,
    bytesPerAnswer: got.bytes / got.requests,
    rssMib: after.rssBytes / 2 ** 20,
  };
}
