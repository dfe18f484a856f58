/**
 * Compares routing policies through HTTP, in real time: `npm run bench:routing:live`. Each policy
 * has a server of its own on the loopback, one after the other, with batched workers whose steps
 * take as long as those of Dynamo's mocker. A client sends the same sessions to each, at their
 * times, whatever the answers do; a turn holds all that was said before it. How late the client
 * sent and the server answered is printed too: a machine that is too busy shows there.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { meanOf } from '../../lab/experiment/mean.ts';
import { digits3, textTable } from '../../lab/experiment/text-table.ts';
import type { ChatReply } from '../../lab/parity/chat-stream.ts';
import { OpenLoopClient } from '../../lab/parity/open-loop-client.ts';
import { openTrace } from '../../lab/simulate/replay.ts';
import { send } from '../load/http-post.ts';
import { describeMachine } from '../load/machine.ts';
import { ServerProcess } from '../load/server-process.ts';
import { percentile } from '../load/statistics.ts';
import { SERVICE_LEVEL } from './row.ts';

/** Agents with long instructions of 24 kinds, which take six steps with tools on average. */
const PARAMETERS = {
  groups: 24,
  systemTokens: 6000,
  firstTokens: 1500,
  turnTokens: 800,
  inputCv: 1,
  outputTokens: 60,
  outputCv: 0.5,
  turns: 6,
  thinkSeconds: 2,
};

const CHAT_PATH = '/v1/chat/completions';
const FIRST_BODY = JSON.stringify({
  model: 'routing',
  max_tokens: 1,
  messages: [{ role: 'user', content: 'hello' }],
});
/** The server needs a moment to take stock of what it last wrote. */
const SETTLE_MS = 500;

/** What the server says of itself: the part of `/health/detailed` that is read here. */
interface Health {
  readonly saturated: boolean;
  readonly token_lateness_ms: { readonly p50: number; readonly p99: number };
}

interface LiveLine {
  readonly policy: string;
  readonly seconds: number;
  readonly answered: number;
  readonly failed: number;
  readonly goodShare: number;
  readonly ttftP50Ms: number;
  readonly ttftP90Ms: number;
  readonly hitRate: number;
  readonly mostOverMean: number;
  readonly clientLateP99Ms: number;
  readonly health: Health;
}

const { values } = parseArgs({
  options: {
    policies: { type: 'string', default: 'smart,dynamo,session,round-robin' },
    qps: { type: 'string', default: '45' },
    requests: { type: 'string', default: '2000' },
    workers: { type: 'string', default: '8' },
    seed: { type: 'string', default: '1' },
  },
});
process.stdout.write(`${describeMachine()}\n`);
process.stdout.write(
  `agentic, ${JSON.stringify(PARAMETERS)}, ${values.requests} requests, sessions begun at the rate ` +
    `of ${values.qps} requests/s, ${values.workers} workers\n\n`,
);
const lines: LiveLine[] = [];
for (const policy of values.policies.split(',')) lines.push(await measure(policy));
process.stdout.write(
  textTable(
    [
      { title: 'policy', align: 'left', cell: (line) => line.policy },
      { title: 'answers', cell: (line) => String(line.answered) },
      { title: 'failed', cell: (line) => String(line.failed) },
      { title: 'seconds', cell: (line) => line.seconds.toFixed(0) },
      { title: 'good %', cell: (line) => (100 * line.goodShare).toFixed(1) },
      { title: 'good/s', cell: (line) => digits3((line.goodShare * line.answered) / line.seconds) },
      { title: 'TTFT p50 ms', cell: (line) => digits3(line.ttftP50Ms) },
      { title: 'p90', cell: (line) => digits3(line.ttftP90Ms) },
      { title: 'hit %', cell: (line) => (100 * line.hitRate).toFixed(1) },
      { title: 'most/mean', cell: (line) => line.mostOverMean.toFixed(2) },
      { title: 'sent late p99 ms', cell: (line) => digits3(line.clientLateP99Ms) },
      { title: 'tokens late p50', cell: (line) => digits3(line.health.token_lateness_ms.p50) },
      { title: 'p99', cell: (line) => digits3(line.health.token_lateness_ms.p99) },
      { title: 'saturated', cell: (line) => String(line.health.saturated) },
    ],
    lines,
    false,
  ),
);

async function measure(policy: string): Promise<LiveLine> {
  process.stderr.write(`${policy}\n`);
  const entry = fileURLToPath(new URL('../../dist/fakeai.js', import.meta.url));
  const command = { nodeFlags: [], entry, serveFlags: flagsOf(policy) };
  const server = await ServerProcess.startOurs(command, CHAT_PATH, FIRST_BODY);
  const client = new OpenLoopClient(`http://127.0.0.1:${server.port}/v1`, 'routing');
  const requests = Number(values.requests);
  const parameters = { ...PARAMETERS, requests, qps: Number(values.qps) };
  const run = await client.run(
    openTrace(
      { kind: 'workload', spec: { workload: 'agentic', parameters, seed: Number(values.seed) } },
      { rate: 1, limit: requests },
    ),
  );
  await delay(SETTLE_MS);
  const health: Health = JSON.parse((await send('GET', server.port, '/health/detailed')).body);
  await server.stop();
  const { replies } = run;
  for (const failure of run.failures.slice(0, 3)) process.stderr.write(`${failure}\n`);
  const ttftMs = replies.map(({ ttftUs }) => ttftUs / 1000);
  const sumOf = (of: (reply: ChatReply) => number): number =>
    replies.reduce((sum, reply) => sum + of(reply), 0);
  return {
    policy,
    seconds: run.seconds,
    answered: replies.length,
    failed: run.failures.length,
    goodShare: replies.filter(isGood).length / (replies.length + run.failures.length),
    ttftP50Ms: percentile(ttftMs, 0.5),
    ttftP90Ms: percentile(ttftMs, 0.9),
    hitRate: sumOf(({ cachedTokens }) => cachedTokens) / sumOf(({ promptTokens }) => promptTokens),
    mostOverMean: spreadOf(replies),
    clientLateP99Ms: percentile(run.latenessUs, 0.99) / 1000,
    health,
  };
}

function flagsOf(policy: string): string[] {
  return [
    ...['--host', '127.0.0.1', '--engine', 'batched', '--latency-profile', 'dynamo-mocker'],
    ...['--kv-cache-num-workers', values.workers, '--router-policy', policy],
    ...['--kv-cache-block-size', '64', '--kv-cache-num-blocks', '4096'],
    ...['--no-enable-context-validation', '--no-enable-prompt-caching'],
  ];
}

function isGood({ ttftUs, gapsUs }: ChatReply): boolean {
  const itlUs = gapsUs.length === 0 ? 0 : meanOf(gapsUs);
  return ttftUs <= SERVICE_LEVEL.ttftUs && itlUs <= SERVICE_LEVEL.itlUs;
}

/** Prompt tokens computed by the worker that computed most, over the mean of the workers. */
function spreadOf(replies: readonly ChatReply[]): number {
  const computed = new Map<string, number>();
  for (const { worker, promptTokens, cachedTokens } of replies) {
    computed.set(worker, (computed.get(worker) ?? 0) + promptTokens - cachedTokens);
  }
  const sums = [...computed.values()];
  return Math.max(...sums) / (sums.reduce((sum, each) => sum + each, 0) / Number(values.workers));
}
