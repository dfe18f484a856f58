import type { Writable } from 'node:stream';
import type { Logger } from 'pino';
import type { PolicySource } from '../engine/router/policy-source.ts';
import { EXIT_FAILED } from '../shared/exit-codes.ts';
import type { SettingSources, Settings } from '../shared/settings/resolve-settings.ts';
import type { FixtureSource } from './fixtures/load-fixtures.ts';
import { Gateway } from './gateway.ts';
import { createLogger } from './log.ts';
import { LogSink, type WriteBytes } from './log-sink.ts';
import { TrafficRecorder } from './traffic-recorder.ts';

interface Recording {
  readonly path: string;
  readonly open: (path: string) => Promise<Writable>;
}

export interface ServerOptions {
  readonly settings: Settings;
  readonly sources: SettingSources;
  readonly warnings: readonly string[];
  readonly version: string;
  /** Where to write the traffic to, and how to open it. */
  readonly recording: Recording | undefined;
  readonly policySource: PolicySource | undefined;
  readonly fixtureSource: FixtureSource | undefined;
  /** For what a person reads. */
  readonly writeOut: (text: string) => void;
  readonly writeError: (text: string) => void;
  readonly writeLog: WriteBytes;
}

/**
 * Serves until SIGTERM or SIGINT, then lets answers finish up to the deadline. Resolves to the exit
 * code: 0, or 1 when the server could not start. A second signal ends the process at once.
 */
export async function runServer(options: ServerOptions): Promise<number> {
  const log = new LogSink(options.writeLog);
  try {
    return await serve(options, log);
  } finally {
    await log.close();
  }
}

async function serve(options: ServerOptions, log: LogSink): Promise<number> {
  const { settings, sources, version, warnings } = options;
  const logger = createLogger(settings, log);
  for (const warning of warnings) logger.warn(warning);
  const signal = nextSignal();
  let recorder: TrafficRecorder | undefined;
  let gateway: Gateway;
  let port: number;
  try {
    recorder = await startRecorder(options, logger);
    ({ gateway, port } = await Gateway.start({
      settings,
      sources,
      version,
      logger,
      linesDropped: () => log.dropped,
      recorder,
      policySource: options.policySource,
      fixtureSource: options.fixtureSource,
    }));
  } catch (error) {
    await recorder?.close();
    options.writeError(`fakeai: ${error instanceof Error ? error.message : String(error)}\n`);
    return EXIT_FAILED;
  }
  const scheme = settings.sslCertfile === undefined ? 'http' : 'https';
  const host = settings.host.includes(':') ? `[${settings.host}]` : settings.host;
  options.writeOut(
    `fakeai ${version} serves ${scheme}://${host}:${port}/v1 with ${settings.kvCacheNumWorkers} ` +
      `simulated workers on ${gateway.pool.threads} threads (${settings.engine}, ` +
      `${gateway.figures.policy} routing)\n`,
  );
  logger.info({ signal: await signal, answers: gateway.answers }, 'shutting down');
  await gateway.stop(settings.shutdownTimeoutSeconds * 1000);
  if (recorder !== undefined) {
    await recorder.close();
    logger.info(recorder.counts, 'the recording has ended');
  }
  return 0;
}

async function startRecorder(
  { recording, settings }: ServerOptions,
  logger: Logger,
): Promise<TrafficRecorder | undefined> {
  if (recording === undefined) return undefined;
  return new TrafficRecorder(await recording.open(recording.path), {
    blockSize: settings.kvCacheBlockSize,
    compress: recording.path.endsWith('.gz'),
    onFailure: (reason) => logger.error({ reason }, 'the recording has failed and ends here'),
  });
}

/** The first signal to stop. From then on the default holds again: the next one kills. */
function nextSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    const stop = (signal: NodeJS.Signals): void => {
      process.off('SIGTERM', stop);
      process.off('SIGINT', stop);
      resolve(signal);
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
  });
}
