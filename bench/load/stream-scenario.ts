import { captureStream } from './captured-answer.ts';
import {
  compare,
  comparisonTable,
  cpuBetween,
  type Figures,
  type Headings,
  ratioOf,
} from './comparison.ts';
import { usageOf } from './process-usage.ts';
import { showProgress } from './progress.ts';
import {
  CHAT_PATH,
  latencyFlags,
  type ScenarioContext,
  type ScenarioReport,
  streamBody,
  verdict,
} from './scenario.ts';
import { ServerProcess } from './server-process.ts';
import { StreamLoad, type StreamPlan } from './stream-load.ts';
import { figure } from './text-table.ts';

const HEADINGS = {
  tokensPerSecond: 'tokens/s',
  percentOfIdeal: '% of ideal',
  answersPerSecond: 'answers/s',
  cpuUsPerToken: 'CPU us/token',
  mainThreadPercent: 'main thread %',
  timingErrorP50Ms: 'error p50 ms',
  timingErrorP99Ms: 'error p99 ms',
  rssMib: 'RSS MiB',
  clientCpuPercent: 'client CPU %',
} as const satisfies Headings<string>;

type Name = keyof typeof HEADINGS;

const BAR = 0.9;
const ITL_MS = 5;
/** As long as the gap between tokens, so that a connection that asks again keeps its pace. */
const TTFT_MS = 5;
/** A stream lasts a second. */
const TOKENS = 200;
const WARM_UP_SECONDS = 2;

/** Streams with a token every 5 ms: what a token costs, and whether it comes in time. */
export async function streamScenario(context: ScenarioContext): Promise<ScenarioReport> {
  const { rounds, seconds, streams } = context.options;
  showProgress('stream: starting');
  const body = streamBody(TOKENS);
  const flags = [...latencyFlags(TTFT_MS, ITL_MS), '--max-num-seqs', String(streams)];
  const ours = await context.start(flags, body);
  const stream = await captureStream(ours.port, CHAT_PATH, body);
  const bare = await ServerProcess.startBare({
    path: CHAT_PATH,
    stream: { ...stream, tokens: TOKENS, ttftMs: TTFT_MS, itlMs: ITL_MS },
  });
  const plan = {
    path: CHAT_PATH,
    body,
    streams,
    tokens: TOKENS,
    chunks: stream.events.length,
    ttftMs: TTFT_MS,
    itlMs: ITL_MS,
    rampMs: TOKENS * ITL_MS,
  };
  showProgress('stream: warming up');
  await measureStreams(ours, plan, WARM_UP_SECONDS);
  await measureStreams(bare, plan, WARM_UP_SECONDS);
  const comparison = await compare(
    'stream',
    rounds,
    () => measureStreams(ours, plan, seconds),
    () => measureStreams(bare, plan, seconds),
  );
  await Promise.all([ours.stop(), bare.stop()]);

  const ratio = ratioOf(comparison, 'tokensPerSecond');
  const value = `${figure(ratio.median)} of the bare server's (${figure(ratio.min)} to ${figure(ratio.max)})`;
  return {
    title:
      `stream: ${streams} streams of ${TOKENS} tokens, one every ${ITL_MS} ms, ` +
      `${rounds} rounds of ${seconds} s`,
    text: [
      comparisonTable(HEADINGS, comparison),
      verdict('tokens/s', value, `>= ${BAR}`, ratio.median >= BAR),
    ].join('\n'),
    figures: { streams, tokens: TOKENS, itlMs: ITL_MS, seconds, ...comparison, ratio },
  };
}

/** One measurement of a server, between the ramp and the last stream's end. */
async function measureStreams(
  server: ServerProcess,
  plan: Omit<StreamPlan, 'port'>,
  seconds: number,
): Promise<Figures<Name>> {
  const load = await StreamLoad.start({ ...plan, port: server.port });
  const before = server.usage();
  const clientBefore = usageOf(process.pid);
  const got = await load.measure(seconds);
  const after = server.usage();
  const clientAfter = usageOf(process.pid);
  await load.finish();
  const { cpuUs, mainThreadPercent } = cpuBetween(before, after);
  const streamMs = plan.ttftMs + (plan.tokens - 1) * plan.itlMs;
  const ideal = (plan.streams * plan.tokens * 1000) / streamMs;
  const tokensPerSecond = got.tokens / got.seconds;
  return {
    tokensPerSecond,
    percentOfIdeal: (100 * tokensPerSecond) / ideal,
    answersPerSecond: got.answers / got.seconds,
    cpuUsPerToken: cpuUs / got.tokens,
    mainThreadPercent,
    timingErrorP50Ms: got.errorMsP50,
    timingErrorP99Ms: got.errorMsP99,
    rssMib: after.rssBytes / 2 ** 20,
    clientCpuPercent: (clientAfter.cpuUs - clientBefore.cpuUs) / got.seconds / 1e4,
  };
}
