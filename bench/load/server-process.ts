import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { BareScript } from './bare-server.ts';
import { send } from './http-post.ts';
import { type ProcessUsage, usageOf } from './process-usage.ts';

/** Flags of Node with which a server watches its own event loop. */
export const LOOP_WATCH = ['--import', new URL('./loop-watch.mjs', import.meta.url).href];

const START_TIMEOUT_MS = 15_000;
const STOP_TIMEOUT_MS = 5_000;
const POLL_MS = 2;
const STDERR_CHARS_KEPT = 4_000;

const running = new Set<ChildProcess>();
// However this process ends, the servers that it started end with it.
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));

/** `node <nodeFlags> <entry> serve <serveFlags>`. */
export interface ServerCommand {
  readonly nodeFlags: readonly string[];
  /** Built entry point. */
  readonly entry: string;
  readonly serveFlags: readonly string[];
}

/** A server that this process started and alone ends. */
export class ServerProcess {
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  /** Our server. Resolves as soon as it has served the request with `path` and `body`. */
  static async startOurs(
    { nodeFlags, entry, serveFlags }: ServerCommand,
    path: string,
    body: string,
  ): Promise<ServerProcess> {
    const port = await freePort();
    const args = [...nodeFlags, entry, 'serve', '--port', String(port), ...serveFlags];
    const child = launch(args);
    let stderr = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-STDERR_CHARS_KEPT);
    });
    const deadlineMs = performance.now() + START_TIMEOUT_MS;
    for (;;) {
      const status = await send('POST', port, path, body).then(
        (answer) => answer.status,
        () => 0,
      );
      if (status === 200) return new ServerProcess(child, port);
      if (child.exitCode !== null) throw new Error(`the server ended at once: ${stderr}`);
      if (performance.now() > deadlineMs) throw new Error(`not served in 15 s: ${stderr}`);
      await delay(POLL_MS);
    }
  }

  static async startBare(script: BareScript): Promise<ServerProcess> {
    const entry = fileURLToPath(new URL('./bare-server.ts', import.meta.url));
    const child = launch(['--import', 'tsx', entry]);
    child.stderr?.pipe(process.stderr);
    child.send(script);
    const [message]: { port: number }[] = await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(() => {
        throw new Error('the bare server ended at once');
      }),
    ]);
    if (message === undefined) throw new Error('the bare server named no port');
    return new ServerProcess(child, message.port);
  }

  usage(): ProcessUsage {
    return usageOf(this.#child.pid ?? 0);
  }

  /** False once it has ended, by itself or otherwise. */
  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Has it look at each turn of its event loop. For servers started with `LOOP_WATCH`. */
  async watchLoop(): Promise<void> {
    await this.#askWatch('watch');
  }

  /** How long a turn of the event loop took at most since `watchLoop`; `Infinity` if it ended. */
  longestHoldMs(): Promise<number> {
    return this.#askWatch('report');
  }

  async #askWatch(what: 'watch' | 'report'): Promise<number> {
    if (!this.isRunning) return Infinity;
    const answer = once(this.#child, 'message');
    this.#child.send(what);
    const ended = once(this.#child, 'exit').then(() => [{ longestHoldMs: Infinity }]);
    const [message]: { longestHoldMs: number }[] = await Promise.race([answer, ended]);
    return message?.longestHoldMs ?? Infinity;
  }

  /** Asks it to end, and makes it after 5 s. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (!this.isRunning) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    const killer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await ended;
    clearTimeout(killer);
  }
}

/** The caller's own `FAKEAI_*` settings must not change what is measured. */
function launch(nodeArgs: readonly string[]): ChildProcess {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('FAKEAI_')),
  );
  const stdio: StdioOptions = ['ignore', 'ignore', 'pipe', 'ipc'];
  const child = spawn(process.execPath, nodeArgs, { env, stdio });
  running.add(child);
  child.on('exit', () => running.delete(child));
  return child;
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
