import { execFile, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export interface UnaryPlan {
  readonly port: number;
  readonly path: string;
  /** Empty: it is a GET. */
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Keep-alive connections, each with one request at a time. */
  readonly connections: number;
  readonly seconds: number;
}

export interface UnaryFigures {
  readonly requests: number;
  readonly seconds: number;
  /** Of the answers, heads included. */
  readonly bytes: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** A load generator; rejects when a request fails. */
export interface UnaryLoad {
  readonly name: string;
  run(plan: UnaryPlan): Promise<UnaryFigures>;
}

/** wrk where it is installed, since it takes the least from the cores it shares with the server. */
export function findUnaryLoad(): UnaryLoad {
  // wrk ends with 1 after it has told its version.
  const { stdout, error } = spawnSync(WRK, ['-v'], { encoding: 'utf8' });
  if (error !== undefined) return { name: 'autocannon', run: runAutocannon };
  const version = /^wrk \S*/.exec(stdout)?.[0] ?? 'wrk';
  return { name: version, run: runWrk };
}

const SCRIPT = fileURLToPath(new URL('./wrk.lua', import.meta.url));
const execute = promisify(execFile);
const WRK = 'wrk';

/** What `wrk.lua` prints last. */
interface WrkSummary {
  readonly requests: number;
  readonly durationUs: number;
  readonly bytes: number;
  readonly failed: number;
  readonly p50Us: number;
  readonly p99Us: number;
}

async function runWrk(plan: UnaryPlan): Promise<UnaryFigures> {
  const url = `http://127.0.0.1:${plan.port}${plan.path}`;
  const { connections, seconds, headers = {} } = plan;
  const lines = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  const shape = ['-t1', `-c${connections}`, `-d${seconds}s`, ...lines];
  const args = [...shape, '-s', SCRIPT, url, '--', plan.body];
  const { stdout } = await execute(WRK, args, { timeout: (seconds + 30) * 1000 });
  const summary: WrkSummary = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
  checkFailures('wrk', summary.failed, summary.requests);
  return {
    requests: summary.requests,
    seconds: summary.durationUs / 1e6,
    bytes: summary.bytes,
    p50Ms: summary.p50Us / 1000,
    p99Ms: summary.p99Us / 1000,
  };
}

/** Latencies come in whole milliseconds. */
async function runAutocannon(plan: UnaryPlan): Promise<UnaryFigures> {
  const { default: autocannon } = await import('autocannon');
  const result = await autocannon({
    url: `http://127.0.0.1:${plan.port}${plan.path}`,
    method: plan.body === '' ? 'GET' : 'POST',
    headers: { ...(plan.body !== '' && JSON_BODY), ...plan.headers },
    body: plan.body,
    connections: plan.connections,
    duration: plan.seconds,
  });
  const requests = result.requests.total;
  checkFailures('autocannon', result.errors + result.timeouts + result.non2xx, requests);
  return {
    requests,
    seconds: result.duration,
    bytes: result.throughput.total,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
  };
}

const JSON_BODY = { 'content-type': 'application/json' };

function checkFailures(name: string, failed: number, requests: number): void {
  if (failed > 0) throw new Error(`${name} counts ${failed} failures in ${requests} requests`);
  if (requests === 0) throw new Error(`${name} got no answer`);
}
