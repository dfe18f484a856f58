import { Rng } from '../../shared/rng.ts';
import { chatHead, type HostileRequest, rawChat, sendRaw } from './hostile-request.ts';

/** Requests whose bodies are the harm. */

const MB = 1e6;
const LARGEST_MB = 100;
const STRICT = ['--strict-token-counting', '--ttft', '0:0', '--itl', '0:0'];

/** The start of a chat request that lacks nothing but what follows. */
const MODEL = '"model":"openai/gpt-oss-120b","max_tokens":1';
const ASK = '"messages":[{"role":"user","content":"Hello"}]';

const FILE = '{"type":"file","file":{"file_id":"x"}}';
const TEXT = '{"type":"text","text":"x hello"}';

export const HOSTILE_INPUT: readonly HostileRequest[] = [
  first('first, 1,100 messages of 15 files, the last wrong', 0.67, () =>
    messages(1100, FILE, 15, '{"type":"file","file":{"file_id":7}}'),
  ),
  first('first, 1,750 messages of 15 texts, the last wrong', 0.92, () =>
    messages(1750, TEXT, 15, '{"type":"text","text":7}'),
  ),
  first('first, 1,750 messages of 15 texts', 0.92, () => messages(1750, TEXT, 15)),
  first('first, 2,048 messages of a text', 0.16, () => messages(2048, TEXT, 1)),
  first('first, 2,048 messages of a text, the last role wrong', 0.12, () =>
    object(
      `"messages":[${'{"role":"user","content":"x"},'.repeat(2047)}{"role":"x","content":"x"}]`,
    ),
  ),
  first('first, 2,048 tools, the last wrong', 0.15, () =>
    object(
      `"tools":[${'{"type":"function","function":{"name":"f","parameters":{"a":1}}},'.repeat(2047)}7]`,
    ),
  ),
  first('first, 9,000 tools', 0.6, () =>
    object(
      `"tools":[${'{"type":"function","function":{"name":"f","parameters":{"a":1}}},'.repeat(9000)}{}]`,
    ),
  ),
  first('first, 40,000 objects', 0.32, () => object(`"x":[${'{"a":1},'.repeat(40_000)}{}]`)),
  body('100 MB of [{},{},...]', LARGEST_MB, 2, () => filled('[', '{},', '{}]', LARGEST_MB)),
  body('100 MB of nested arrays', LARGEST_MB, 2, () => filled('', '[', '', LARGEST_MB)),
  body('100 MB of arrays, 100 deep', LARGEST_MB, 2, () =>
    filled('[', `${'['.repeat(100)}${']'.repeat(100)},`, '0]', LARGEST_MB),
  ),
  body('100 MB of escaped quotes', LARGEST_MB, 2, () =>
    filled(`{${MODEL},"x":"`, `${'x'.repeat(15)}\\"`, `",${ASK}}`, LARGEST_MB),
  ),
  body('100 MB of \\u0000', LARGEST_MB, 1, () =>
    filled(`{${MODEL},"x":"`, '\\u0000', `",${ASK}}`, LARGEST_MB),
  ),
  body('100 MB of bytes that are not UTF-8', LARGEST_MB, 1, () =>
    Buffer.alloc(LARGEST_MB * MB, 0xff),
  ),
  body('a number of 10 MB', 10, 4, () => filled(`{${MODEL},${ASK},"x":`, '1', '}', 10)),
  body('1 MB of distinct keys', 1, 8, () => object(keys(1))),
  body('1 MB of logit_bias', 1, 8, () => object(`"logit_bias":{${keys(1)}}`)),
  body('1 MB of metadata', 1, 8, () => object(`"metadata":{${keys(1)}}`)),
  body('1 MB of stop strings', 1, 8, () => object(`"stop":[${'"a",'.repeat(MB / 4)}"b"]`)),
  body('100,000 tools', 2, 8, () =>
    object(`"tools":[${'{"type":"function"},'.repeat(100_000)}{}]`),
  ),
  body('10,000 tools', 0.2, 8, () =>
    object(`"tools":[${'{"type":"function"},'.repeat(10_000)}{}]`),
  ),
  body('2,048 messages of 15 parts', 0.9, 8, () =>
    messages(2048, '{"type":"text","text":"a"}', 15),
  ),
  body('1,000 pictures with hints of 2,000 digits', 2, 8, () =>
    messages(1, part('image_url', `http://x/${'1'.repeat(2000)}`), 1000),
  ),
  body('a video hint of 400 digits', 0, 40, () =>
    messages(
      1,
      part(
        'video_url',
        `http://x/${'9'.repeat(400)}x${'9'.repeat(400)}_${'9'.repeat(400)}s_${'9'.repeat(400)}fps`,
      ),
      1,
    ),
  ),
  body('a video of a million frames', 0, 40, () =>
    messages(1, part('video_url', 'http://x/?width=9999&height=9999&duration=99999&fps=999'), 1),
  ),
  ...['a', 'A', ' ', '\\n', '\\r\\n \\t', '漢', '😀', 'aé', '!'].flatMap((unit) => [
    text(`1 MB of ${JSON.stringify(unit)}`, unit, 1),
    text(`1 MB of ${JSON.stringify(unit)}, strict`, unit, 1, STRICT),
  ]),
  { ...body('1 MB of random letters, strict', 1, 8, () => ask(randomLetters(MB))), flags: STRICT },
  text('100 MB of spaces', ' ', LARGEST_MB),
  text('20 MB of "A", strict', 'A', 20, STRICT),
  {
    name: 'an upload of 99 MiB that stops before its end',
    atOnce: 20,
    bodyMb: 99,
    prepare: () => {
      const parts = unfinished(99 * 2 ** 20);
      return (port) => sendRaw(port, parts);
    },
  },
  {
    name: 'a chunked body of 1 byte every 10 ms, 500 times',
    atOnce: 40,
    bodyMb: 0,
    prepare: () => {
      const chunks = Array.from({ length: 500 }, () => '1\r\n \r\n');
      return (port) =>
        sendRaw(port, [chatHead('transfer-encoding: chunked'), ...chunks, '0\r\n\r\n'], 10);
    },
  },
  {
    name: '90 headers of 1 KB',
    atOnce: 40,
    bodyMb: 0,
    prepare: () => {
      const lines = Array.from({ length: 90 }, (_, at) => `x-flood-${at}: ${'x'.repeat(1000)}`);
      return (port) => sendRaw(port, [chatHead(...lines, 'content-length: 2'), '{}']);
    },
  },
];

function body(
  name: string,
  bodyMb: number,
  atOnce: number,
  make: () => string | Buffer,
): HostileRequest {
  const prepare = () => {
    const parts = rawChat(make());
    return (port: number) => sendRaw(port, parts);
  };
  return { name, atOnce, bodyMb, prepare };
}

function first(name: string, bodyMb: number, make: () => string): HostileRequest {
  return { ...body(name, bodyMb, 8, make), isFirst: true };
}

function text(name: string, unit: string, mb: number, flags?: readonly string[]): HostileRequest {
  const times = Math.floor((mb * MB) / Buffer.byteLength(unit));
  const request = body(name, mb, mb > 1 ? 1 : 8, () => ask(unit.repeat(times)));
  return flags === undefined ? request : { ...request, flags };
}

function filled(start: string, unit: string, end: string, mb: number): Buffer {
  const times = Math.floor((mb * MB) / unit.length);
  return Buffer.concat([
    Buffer.from(start),
    Buffer.alloc(times * unit.length, unit),
    Buffer.from(end),
  ]);
}

function object(fields: string): string {
  return `{${MODEL},${ASK},${fields}}`;
}

function ask(content: string): string {
  return `{${MODEL},"messages":[{"role":"user","content":"${content}"}]}`;
}

/** Messages of many parts; `last` is one more, in a message of its own. */
function messages(count: number, content: string, parts: number, last?: string): string {
  const all = Array(count).fill(message(Array(parts).fill(content).join()));
  if (last !== undefined) all.push(message(last));
  return `{${MODEL},"messages":[${all.join()}]}`;
}

function message(parts: string): string {
  return `{"role":"user","content":[${parts}]}`;
}

function part(type: string, url: string): string {
  return JSON.stringify({ type, [type]: { url } });
}

function keys(mb: number): string {
  let pairs = '';
  for (let at = 0; pairs.length < mb * MB; at++) pairs += `"k${at}":1,`;
  return `${pairs}"z":1`;
}

function randomLetters(count: number): string {
  const rng = new Rng(1);
  return Array.from({ length: count }, () => String.fromCharCode(97 + rng.below(26))).join('');
}

function unfinished(bytes: number): (string | Buffer)[] {
  return [chatHead(`content-length: ${bytes}`), Buffer.alloc(bytes - 1, ' ')];
}
