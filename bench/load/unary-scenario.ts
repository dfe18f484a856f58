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

const BAR = 0.6;
const WARM_UP_SECONDS = 2;

/** Whole answers without latency: what a request costs. */
export async function unaryScenario(context: ScenarioContext): Promise<ScenarioReport> {
  const { rounds, seconds, connections } = context.options;
  const load = findUnaryLoad();
  showProgress('unary: starting');
  const flags = latencyFlags(0, 0);
  const ours = await context.start(flags, UNARY_BODY);
  const answer = await captureAnswer(ours.port, CHAT_PATH, UNARY_BODY);
  const bare = await ServerProcess.startBare({ path: CHAT_PATH, answer });
  const measure = (server: ServerProcess, durationS: number) =>
    measureOnce(load, server, answer.tokens, { connections, seconds: durationS });
  showProgress('unary: warming up');
  await measure(ours, WARM_UP_SECONDS);
  await measure(bare, WARM_UP_SECONDS);
  const comparison = await compare(
    'unary',
    rounds,
    () => measure(ours, seconds),
    () => measure(bare, seconds),
  );
  await Promise.all([ours.stop(), bare.stop()]);

  const ratio = ratioOf(comparison, 'requestsPerSecond');
  const value = `${figure(ratio.median)} of the bare server's (${figure(ratio.min)} to ${figure(ratio.max)})`;
  return {
    title:
      `unary: POST ${CHAT_PATH}, "Hello", max_tokens 100, latency 0, ${connections} connections, ` +
      `${load.name}, ${rounds} rounds of ${seconds} s`,
    text: [
      comparisonTable(HEADINGS, comparison),
      verdict('requests/s', value, `>= ${BAR}`, ratio.median >= BAR),
    ].join('\n'),
    figures: { load: load.name, connections, seconds, ...comparison, ratio },
  };
}

async function measureOnce(
  load: UnaryLoad,
  server: ServerProcess,
  tokensPerAnswer: number,
  plan: { connections: number; seconds: number },
): Promise<Figures<Name>> {
  const before = server.usage();
  const got = await load.run({ port: server.port, path: CHAT_PATH, body: UNARY_BODY, ...plan });
  const after = server.usage();
  const { cpuUs, mainThreadPercent } = cpuBetween(before, after);
  const requestsPerSecond = got.requests / got.seconds;
  return {
    requestsPerSecond,
    tokensPerSecond: requestsPerSecond * tokensPerAnswer,
    p50Ms: got.p50Ms,
    p99Ms: got.p99Ms,
    cpuUsPerRequest: cpuUs / got.requests,
    cpuUsPerToken: cpuUs / got.requests / tokensPerAnswer,
    mainThreadPercent,
    bytesPerAnswer: got.bytes / got.requests,
    rssMib: after.rssBytes / 2 ** 20,
  };
}
