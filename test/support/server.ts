import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Command } from 'commander';
import { pino } from 'pino';
import { addSettingFlags } from '../../cli/setting-flags.ts';
import { loadSettings } from '../../cli/settings-source.ts';
import type { PolicySource } from '../../engine/router/policy-source.ts';
import type { FixtureSource } from '../../gateway/fixtures/load-fixtures.ts';
import { Gateway } from '../../gateway/gateway.ts';
import type { TrafficRecorder } from '../../gateway/traffic-recorder.ts';
import { PROGRAM } from './program.ts';

/** Flags of a server whose tokens come out as fast as they can. */
export const INSTANT = '--ttft 0 --itl 0';

/** Two workers on one thread and any free port, unless the test's own flags say otherwise. */
const DEFAULTS = '--port 0 --kv-cache-num-workers 2 --threads 1';

export interface TestServer {
  readonly gateway: Gateway;
  readonly port: number;
  /** `http://127.0.0.1:port` */
  readonly origin: string;
  /** The base URL that an SDK is given. */
  readonly baseURL: string;
  stop(): Promise<void>;
}

/** Starts the real server in this process, with the flags of `fakeai serve`. */
export async function startServer(
  flags: string,
  recorder?: TrafficRecorder,
  policySource?: PolicySource,
  fixtureSource?: FixtureSource,
): Promise<TestServer> {
  const { settings, sources } = await settingsOf(`${DEFAULTS} ${flags}`);
  const logger = pino({ level: 'silent' });
  const version = '0.0.0';
  const options = { settings, sources, version, logger, recorder, policySource, fixtureSource };
  const { gateway, port } = await Gateway.start(options);
  return { gateway, port, ...urlsOf(port), stop: () => gateway.stop(0) };
}

/** What `fakeai serve` makes of its flags. */
export async function settingsOf(flags: string) {
  const command = new Command();
  const given = addSettingFlags(command, { hidden: true });
  command.parse(words(flags), { from: 'user' });
  const loaded = await loadSettings(given(), {}, () => ({ kind: 'missing' }));
  if (!loaded.ok) throw new Error(loaded.problems.join('\n'));
  return loaded;
}

export interface ServerProcess {
  readonly child: ChildProcess;
  readonly port: number;
  readonly origin: string;
  readonly baseURL: string;
  /** What the process has written to standard error so far. */
  readonly errorOutput: () => string;
  /** Exit code, or the signal that ended it. */
  readonly exit: Promise<number | NodeJS.Signals>;
}

/** Runs `fakeai serve` as a process of its own and waits until it serves. */
export function spawnServer(flags: string): Promise<ServerProcess> {
  return serving(spawnCli(`serve ${DEFAULTS} ${flags}`));
}

async function serving(process: ReturnType<typeof spawnCli>): Promise<ServerProcess> {
  const { child, exit, errorOutput } = process;
  const banner = new Promise<string>((resolve) => {
    createInterface({ input: child.stdout }).once('line', resolve);
  });
  const failed = exit.then((code) => {
    throw new Error(`the server has ended with ${code}: ${errorOutput()}`);
  });
  const line = await Promise.race([banner, failed]);
  const port = Number(/:(\d+)\/v1 /.exec(line)?.[1]);
  return { child, port, ...urlsOf(port), exit, errorOutput };
}

/** A test that ends before its time, be it by the runner's hand, leaves no process behind. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
process.once('SIGTERM', () => process.exit(1));

/** Runs `fakeai` with these arguments. */
export function spawnCli(args: string) {
  const argv = [...PROGRAM, ...words(args)];
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  child.once('close', () => running.delete(child));
  let written = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    written += text;
  });
  const exit = once(child, 'close').then(([code, signal]) => code ?? signal);
  return { child, exit, errorOutput: () => written };
}

/** Ends a process that a test has started, in case it has not ended by itself. */
export async function endProcess(server: ServerProcess): Promise<void> {
  server.child.kill('SIGKILL');
  await server.exit;
}

function urlsOf(port: number) {
  const origin = `http://127.0.0.1:${port}`;
  return { origin, baseURL: `${origin}/v1` };
}

function words(line: string): string[] {
  return line.split(' ').filter(Boolean);
}
