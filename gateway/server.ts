import { type Level, pino } from 'pino';
import type { SettingSources, Settings } from '../shared/config.ts';
import { Gateway } from './gateway.ts';

const LEVELS: Readonly<Record<Settings['logLevel'], Level>> = {
  debug: 'debug',
  info: 'info',
  warning: 'warn',
  error: 'error',
  critical: 'fatal',
};
const EXIT_NOT_STARTED = 1;

export interface ServerOptions {
  readonly settings: Settings;
  readonly sources: SettingSources;
  readonly warnings: readonly string[];
  readonly version: string;
  /** For what a person reads; the log goes to standard error. */
  readonly writeOut: (text: string) => void;
  readonly writeError: (text: string) => void;
}

/**
 * Serves until SIGTERM or SIGINT, then lets answers finish up to the deadline. Resolves to the exit
 * code: 0, or 1 when the server could not start. A second signal ends the process at once.
 */
export async function runServer(options: ServerOptions): Promise<number> {
  const { settings, sources, version, warnings } = options;
  const level = settings.debug ? 'debug' : LEVELS[settings.logLevel];
  const logger = pino({ level, base: null }, pino.destination({ dest: 2, sync: true }));
  for (const warning of warnings) logger.warn(warning);
  const signal = nextSignal();
  let gateway: Gateway;
  let port: number;
  try {
    ({ gateway, port } = await Gateway.start({ settings, sources, version, logger }));
  } catch (error) {
    options.writeError(`fakeai: ${error instanceof Error ? error.message : String(error)}\n`);
    return EXIT_NOT_STARTED;
  }
  const scheme = settings.sslCertfile === undefined ? 'http' : 'https';
  const host = settings.host.includes(':') ? `[${settings.host}]` : settings.host;
  options.writeOut(
    `fakeai ${version} serves ${scheme}://${host}:${port}/v1 with ${settings.kvCacheNumWorkers} ` +
      `simulated workers on ${gateway.pool.threads} threads (${settings.engine}, ` +
      `${settings.routerPolicy} routing)\n`,
  );
  logger.info({ signal: await signal, answers: gateway.answers }, 'shutting down');
  await gateway.stop(settings.shutdownTimeoutSeconds * 1000);
  return 0;
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
