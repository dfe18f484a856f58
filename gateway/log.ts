import { type Level, type Logger, pino } from 'pino';
import { AssertionFailure } from '../shared/assert.ts';
import type { Settings } from '../shared/settings/resolve-settings.ts';
import type { LogSink } from './log-sink.ts';

const LEVELS: Readonly<Record<Settings['logLevel'], Level>> = {
  debug: 'debug',
  info: 'info',
  warning: 'warn',
  error: 'error',
  critical: 'fatal',
};

/** A logger of JSON lines. No line of it holds what a client has written. */
export function createLogger(settings: Settings, sink: LogSink): Logger {
  const level = settings.debug ? 'debug' : LEVELS[settings.logLevel];
  return pino({ level, base: null, serializers: { err: describeError } }, sink);
}

/**
 * An error without its message, which may quote the text that it is about: that of `JSON.parse`
 * does. Only broken assertions are put in words of our own.
 */
function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const { stack = '', message } = error;
  const trace = stack.slice(stack.indexOf(message) + message.length);
  const frames = trace.split('\n').filter((line) => /^\s+at /.test(line));
  return {
    type: error.name,
    ...('code' in error ? { code: error.code } : {}),
    ...(error instanceof AssertionFailure ? { message } : {}),
    stack: frames.map((line) => line.trim()),
  };
}
