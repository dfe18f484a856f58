import { connect } from 'node:net';
import { ChunkReader } from './chunk-reader.ts';
import { send } from './http-post.ts';

/** Header names and values. */
export type Headers = readonly (readonly [name: string, value: string])[];

/** A whole answer of our server, for the bare server to repeat. */
export interface CapturedAnswer {
  readonly headers: Headers;
  readonly body: string;
  /** Mean length of the answers that it was chosen from, in tokens. */
  readonly tokens: number;
}

/** A streamed answer of our server. */
export interface CapturedStream {
  readonly headers: Headers;
  /** The events, each one HTTP chunk: one opens, then one for each token, and the rest close. */
  readonly events: readonly string[];
}

/** What uWebSockets.js writes by itself. */
const OWN_HEADERS = ['date', 'uwebsockets', 'content-length', 'transfer-encoding', 'connection'];
const SAMPLES = 51;

/**
 * Asks several times, with a GET if the body is empty, since each answer has a text and a length of
 * its own, and returns the one whose length is closest to the mean.
 */
export async function captureAnswer(
  port: number,
  path: string,
  body: string,
): Promise<CapturedAnswer> {
  const answers: { headers: Headers; body: string }[] = [];
  let tokens = 0;
  for (let i = 0; i < SAMPLES; i++) {
    const answer = await send(body === '' ? 'GET' : 'POST', port, path, body);
    if (answer.status !== 200) throw new Error(`answered ${answer.status}: ${answer.body}`);
    answers.push({ headers: pairs(answer.rawHeaders), body: answer.body });
    tokens += completionTokens(answer.body);
  }
  const mean = answers.reduce((sum, answer) => sum + answer.body.length, 0) / SAMPLES;
  const distance = (answer: { body: string }): number => Math.abs(answer.body.length - mean);
  const typical = answers.reduce((best, answer) =>
    distance(answer) < distance(best) ? answer : best,
  );
  return { ...typical, tokens: tokens / SAMPLES };
}

/** Asks once and keeps the events as they were cut into chunks. */
export function captureStream(port: number, path: string, body: string): Promise<CapturedStream> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port });
    const events: string[] = [];
    let head = '';
    let event = '';
    const reader = new ChunkReader({
      refused: (text) => reject(new Error(`answered ${text}`)),
      content: (bytes, from, to) => {
        event += bytes.toString('latin1', from, to);
      },
      chunkEnded: () => {
        events.push(Buffer.from(event, 'latin1').toString());
        event = '';
      },
      answerEnded: () => {
        socket.destroy();
        resolve({ headers: pairs(headerLines(head)), events });
      },
    });
    socket.on('data', (bytes) => {
      if (!head.includes('\r\n\r\n')) head += bytes.toString('latin1');
      reader.read(bytes, bytes.length);
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the server closed the connection')));
    socket.write(
      `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n` +
        `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  });
}

/** Names and values in turn, without the status line. */
function headerLines(head: string): string[] {
  const [, ...lines] = head.slice(0, head.indexOf('\r\n\r\n')).split('\r\n');
  return lines.flatMap((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
}

function pairs(rawHeaders: readonly string[]): Headers {
  const headers: [string, string][] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    headers.push([rawHeaders[i]!, rawHeaders[i + 1]!]);
  }
  return headers.filter(([name]) => !OWN_HEADERS.includes(name.toLowerCase()));
}

function completionTokens(body: string): number {
  const { usage } = JSON.parse(body) as { usage?: { completion_tokens?: number } };
  return usage?.completion_tokens ?? 0;
}
