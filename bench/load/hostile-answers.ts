import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type HostileRequest, rawChat } from './hostile-request.ts';
import { latencyFlags } from './scenario.ts';

/** Requests whose answers are the harm: few bytes that ask for millions of tokens. */

/** How long a client takes what it is sent before it leaves. */
const READS_MS = 4000;

const PACED = latencyFlags(20, 5).join(' ');
const HUGE = '--default-context-window 10000000 --kv-cache-num-blocks 700000';
const SMALL = '--kv-cache-num-blocks 1000';
/** 199,000 tokens for each of 128 choices: what fits the model and the default KV cache. */
const LONGEST = { model: 'o1', n: 128, max_tokens: 199_000, ignore_eos: true };
/** Hold text back all the time, and never match. */
const STOPS = [' the end of all', 'e ', 'and so on~', 'a'.repeat(1000)].map((stop) => `${stop}~`);

/** What the answers often have the beginning of, and never the end. */
const OVERLAPPING = ['e e e e e~', ' a a a a a~', '. . . . .~', 'tttttttt~'];

export const HOSTILE_ANSWERS: readonly HostileRequest[] = [
  ...[true, false].flatMap((stream) => [
    first('first, 8 answers of 16,000 tokens', { ...LONGEST, stream, n: 8, max_tokens: 16_000 }),
    first('first, 128 longest answers, four stops', { ...LONGEST, stream, stop: STOPS }),
  ]),
  ...[true, false].flatMap((stream) => [
    answer('128 longest answers', { ...LONGEST, stream }),
    answer('128 longest answers, four stops', { ...LONGEST, stream, stop: STOPS }),
    answer('128 longest answers, four stops, paced', { ...LONGEST, stream, stop: STOPS }, PACED),
    answer('128 longest answers, overlapping stops', { ...LONGEST, stream, stop: OVERLAPPING }),
    answer('one longest answer', { ...LONGEST, stream, n: 1 }),
    answer('128 answers of 8,000 tokens', { ...LONGEST, stream, max_tokens: 8000, stop: STOPS }),
    answer('max_tokens of 2^31 - 1', { ...LONGEST, stream, max_tokens: 2 ** 31 - 1 }),
    answer('min_tokens of 2^31 - 1', { ...LONGEST, stream, min_tokens: 2 ** 31 - 1 }),
    answer('128 answers to a long prompt', { ...LONGEST, stream, max_tokens: 50_000 }, '', 7e4),
    answer('10 M tokens of a huge window', { stream, max_tokens: 9e6, ignore_eos: true }, HUGE),
    answer('128 answers, a small cache', { ...LONGEST, stream, max_tokens: 15_000 }, SMALL),
    answer('128 longest answers, no cache', { ...LONGEST, stream }, '--no-kv-cache-enabled'),
  ]),
  unread('a reader that does not read', { ...LONGEST, stream: true }),
  unread('a reader that does not read, whole', { ...LONGEST, stream: false }),
];

function answer(
  name: string,
  fields: { readonly stream: boolean; readonly [field: string]: unknown },
  flags = '',
  promptWords = 1,
): HostileRequest {
  const request = chat(fields, promptWords);
  return {
    name: `${name}, ${fields.stream ? 'streamed' : 'whole'}`,
    atOnce: 40,
    bodyMb: Buffer.byteLength(request.join('')) / 1e6,
    flags: [...latencyFlags(0, 0), ...flags.split(' ').filter(Boolean)],
    prepare: () => (port) => take(port, request, true),
  };
}

function first(
  name: string,
  fields: { readonly stream: boolean; readonly [field: string]: unknown },
): HostileRequest {
  return { ...answer(name, fields), isFirst: true };
}

function unread(name: string, fields: object): HostileRequest {
  const request = chat(fields, 1);
  return { name, atOnce: 40, bodyMb: 0, prepare: () => (port) => take(port, request, false) };
}

function chat(fields: object, words: number): readonly string[] {
  const content = Array.from({ length: words }, (_, at) => `w${at}`).join(' ');
  const body = { model: 'test/model', messages: [{ role: 'user', content }], ...fields };
  return rawChat(JSON.stringify(body)).map(String);
}

/** Sends a request, reads its answer for a while or not at all, and leaves. */
async function take(port: number, request: readonly string[], reads: boolean): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  let head = '';
  let isClosed = false;
  socket.on('error', () => {});
  socket.on('close', () => {
    isClosed = true;
  });
  socket.on('data', (bytes) => {
    if (head === '') head = bytes.toString('latin1', 0, 12);
  });
  if (!reads) socket.pause();
  for (const part of request) socket.write(part);
  const end = performance.now() + READS_MS;
  while (!isClosed && performance.now() < end) await sleep(50);
  socket.destroy();
  if (!reads) return 'not read';
  return head.slice(9) || (isClosed ? 'closed' : 'no token yet');
}
