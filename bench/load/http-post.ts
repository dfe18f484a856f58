import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';

/** One answer, whole. */
export interface HttpAnswer {
  readonly status: number;
  /** Names and values in turn, as they were sent. */
  readonly rawHeaders: readonly string[];
  readonly body: string;
}

const TIMEOUT_MS = 10_000;

/** Sends one request on a connection of its own to this machine. */
export async function send(
  method: 'GET' | 'POST',
  port: number,
  path: string,
  body = '',
): Promise<HttpAnswer> {
  const outgoing = request({
    host: '127.0.0.1',
    port,
    path,
    method,
    agent: false,
    timeout: TIMEOUT_MS,
    headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
  });
  outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer from ${path} in 10 s`)));
  outgoing.end(body);
  const [incoming]: IncomingMessage[] = await once(outgoing, 'response');
  if (incoming === undefined) throw new Error(`no answer from ${path}`);
  let text = '';
  incoming.setEncoding('utf8');
  for await (const part of incoming) text += String(part);
  return { status: incoming.statusCode ?? 0, rawHeaders: incoming.rawHeaders, body: text };
}
