import { connect } from 'node:net';
import { CHAT_PATH } from './scenario.ts';

/** One kind of request that is meant to do harm. */
export interface HostileRequest {
  readonly name: string;
  /** How many are sent at once, after one alone. */
  readonly atOnce: number;
  /** About the size of one body in MB, for its bar. */
  readonly bodyMb: number;
  /** They are the first that a server gets after its start, while its code has hardly run. */
  readonly isFirst?: true;
  /** Of `fakeai serve`; by default no latency. */
  readonly flags?: readonly string[];
  /**
   * Makes what is sent, and returns what sends it once on a connection of its own and resolves to
   * what came of it, such as `400`.
   */
  readonly prepare: () => (port: number) => Promise<string>;
}

const TIMEOUT_MS = 60_000;

/** Writes `parts` as they are, each `pauseMs` after the one before, and waits for the status. */
export function sendRaw(
  port: number,
  parts: readonly (string | Buffer)[],
  pauseMs = 0,
): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let head = '';
    let next = 0;
    let pause: NodeJS.Timeout | undefined;
    const timeout = setTimeout(() => end('no answer in 60 s'), TIMEOUT_MS);
    const end = (outcome: string): void => {
      clearTimeout(timeout);
      clearTimeout(pause);
      socket.destroy();
      resolve(outcome);
    };
    const writeNext = (): void => {
      const part = parts[next++];
      if (part === undefined) return;
      socket.write(part, () => {
        if (pauseMs === 0) writeNext();
        else pause = setTimeout(writeNext, pauseMs);
      });
    };
    socket.on('connect', writeNext);
    socket.on('data', (bytes) => {
      head += bytes.toString('latin1');
      const status = /^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1];
      if (status !== undefined && status !== '100') end(status);
    });
    socket.on('error', () => {});
    socket.on('close', () => end('closed'));
  });
}

/** A chat request with this body, whatever it is. */
export function rawChat(body: string | Buffer): (string | Buffer)[] {
  return [chatHead(`content-length: ${Buffer.byteLength(body)}`), body];
}

/** The head of a chat request; `lines` say how long its body is. */
export function chatHead(...lines: readonly string[]): string {
  return `${[`POST ${CHAT_PATH} HTTP/1.1`, 'host: localhost', ...lines].join('\r\n')}\r\n\r\n`;
}
