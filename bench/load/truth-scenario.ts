import { setTimeout as delay } from 'node:timers/promises';
import { captureStream } from './captured-answer.ts';
import { send } from './http-post.ts';
import { showProgress } from './progress.ts';
import {
  CHAT_PATH,
  latencyFlags,
  type ScenarioContext,
  type ScenarioReport,
  streamBody,
  verdict,
} from './scenario.ts';
import { StreamLoad } from './stream-load.ts';
import { figure } from './text-table.ts';

const ITL_MS = 20;
const TTFT_MS = 20;
const TOKENS = 100;
/** The server changes its verdict after five seconds in a row. */
const SECONDS_MIN = 8;
const BAR_P50_MS = 0.5;
const BAR_P99_MS = 5;

/** What the server says of itself: the part of `/health/detailed` that is read here. */
interface Health {
  readonly saturated: boolean;
  readonly token_lateness_ms: { readonly p50: number; readonly p99: number };
}

/** A load that two cores can bear: does the server keep its times, and say so? */
export async function truthScenario(context: ScenarioContext): Promise<ScenarioReport> {
  const { streams } = context.options;
  const seconds = Math.max(SECONDS_MIN, context.options.seconds);
  showProgress(`truth: ${seconds} s`);
  const body = streamBody(TOKENS);
  const flags = [...latencyFlags(TTFT_MS, ITL_MS), '--max-num-seqs', String(streams)];
  const server = await context.start(flags, body);
  const { events } = await captureStream(server.port, CHAT_PATH, body);
  const load = await StreamLoad.start({
    port: server.port,
    path: CHAT_PATH,
    body,
    streams,
    tokens: TOKENS,
    chunks: events.length,
    ttftMs: TTFT_MS,
    itlMs: ITL_MS,
    rampMs: TOKENS * ITL_MS,
  });
  // What has run for the first time is slow, and is not what is asked here.
  await delay(2000);
  const got = await load.measure(seconds);
  const health = await send('GET', server.port, '/health/detailed');
  await load.finish();
  await server.stop();

  if (health.status !== 200) throw new Error(`/health/detailed answered ${health.status}`);
  const said: Health = JSON.parse(health.body);
  const { saturated, token_lateness_ms: lateness } = said;
  return {
    title: `truth: ${streams} streams of ${TOKENS} tokens, one every ${ITL_MS} ms, ${seconds} s`,
    text: [
      `  ${figure(got.tokens / got.seconds)} tokens/s of ${figure((streams * 1000) / ITL_MS)}`,
      punctuality('lateness that the server publishes', lateness.p50, lateness.p99),
      punctuality('timing error on the wire', got.errorMsP50, got.errorMsP99),
      verdict('/health/detailed', `saturated=${saturated}`, 'saturated=false', !saturated),
    ].join('\n'),
    figures: { streams, itlMs: ITL_MS, ...got, health: said },
  };
}

function punctuality(what: string, p50Ms: number, p99Ms: number): string {
  const value = `p50 ${figure(p50Ms)} ms, p99 ${figure(p99Ms)} ms`;
  const isMet = p50Ms < BAR_P50_MS && p99Ms < BAR_P99_MS;
  return verdict(what, value, `p50 < ${BAR_P50_MS} ms, p99 < ${BAR_P99_MS} ms`, isMet);
}
