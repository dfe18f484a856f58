import { cpuBetween } from './comparison.ts';
import { showProgress } from './progress.ts';
import {
  CHAT_PATH,
  latencyFlags,
  type ScenarioContext,
  type ScenarioReport,
  UNARY_BODY,
} from './scenario.ts';
import type { ServerProcess } from './server-process.ts';
import { spreadOf } from './statistics.ts';
import { figure, textTable } from './text-table.ts';
import { findUnaryLoad, type UnaryLoad } from './unary-load.ts';

const KEY = 'sk-a-key-of-the-benchmark';
const KEYS = ['--api-key', KEY];
/** More than is asked for in a minute. */
const MOST = String(2 ** 40);
const LIMITS = ['--rate-limit-enabled', '--rate-limit-rpm', MOST, '--rate-limit-tpm', MOST];

/** What stands between a client and the API; the first is nothing. */
const GATES: readonly (readonly [name: string, flags: readonly string[]])[] = [
  ['nothing', []],
  ['API keys', KEYS],
  ['rate limits', LIMITS],
  ['keys and limits', [...KEYS, ...LIMITS]],
  ['keys, limits and security', [...KEYS, ...LIMITS, '--enable-security']],
];
/** Everybody may have it, so that it tells that a server is up. */
const OPEN_PATH = '/ping';
const WARM_UP_SECONDS = 2;

/** CPU time of a whole answer without latency, by what is looked at before. */
export async function gatesScenario(context: ScenarioContext): Promise<ScenarioReport> {
  const { rounds, seconds, connections } = context.options;
  const load = findUnaryLoad();
  const servers: ServerProcess[] = [];
  for (const [name, flags] of GATES) {
    showProgress(`gates: starting, ${name}`);
    const server = await context.start([...latencyFlags(0, 0), ...flags], '', [], OPEN_PATH);
    servers.push(server);
    await cpuUsPerRequest(load, server, { connections, seconds: WARM_UP_SECONDS });
  }
  const cpuUs: number[][] = [];
  for (let round = 1; round <= rounds; round++) {
    const ofRound: number[] = [];
    for (const [index, server] of servers.entries()) {
      showProgress(`gates: round ${round} of ${rounds}, ${GATES[index]?.[0]}`);
      ofRound.push(await cpuUsPerRequest(load, server, { connections, seconds }));
    }
    cpuUs.push(ofRound);
  }
  await Promise.all(servers.map((server) => server.stop()));
  return {
    title:
      `gates: POST ${CHAT_PATH}, "Hello", max_tokens 100, latency 0, ${connections} connections, ` +
      `${load.name}, ${rounds} rounds of ${seconds} s`,
    text: tableOf(cpuUs),
    figures: { load: load.name, connections, seconds, gates: GATES, cpuUs },
  };
}

function tableOf(cpuUs: readonly (readonly number[])[]): string {
  const rows = GATES.map(([name], index) => {
    const { median } = spreadOf(cpuUs.map((round) => round[index]!));
    const ratio = spreadOf(cpuUs.map((round) => round[index]! / round[0]!));
    return [name, ...[median, ratio.median, ratio.min, ratio.max].map(figure)];
  });
  return textTable([['before', 'CPU us/request', 'ratio', 'lowest', 'highest'], ...rows]);
}

async function cpuUsPerRequest(
  load: UnaryLoad,
  server: ServerProcess,
  plan: { connections: number; seconds: number },
): Promise<number> {
  const headers = { authorization: `Bearer ${KEY}` };
  const before = server.usage();
  const target = { port: server.port, path: CHAT_PATH, body: UNARY_BODY, headers };
  const { requests } = await load.run({ ...target, ...plan });
  return cpuBetween(before, server.usage()).cpuUs / requests;
}
