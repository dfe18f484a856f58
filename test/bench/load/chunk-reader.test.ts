import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ChunkListener, ChunkReader } from '../../../bench/load/chunk-reader.ts';

const HEAD =
  'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n';
const ANSWER = `${HEAD}5\r\nhello\r\n1A\r\n${'x'.repeat(26)}\r\n0\r\n\r\n`;

/** Writes down what it is told, one entry a chunk. */
class Notes implements ChunkListener {
  readonly entries: string[] = [];
  #chunk = '';

  refused(head: string): void {
    this.entries.push(`refused ${head}`);
  }

  content(bytes: Buffer, from: number, to: number): void {
    this.#chunk += bytes.toString('latin1', from, to);
  }

  chunkEnded(): void {
    this.entries.push(this.#chunk);
    this.#chunk = '';
  }

  answerEnded(): void {
    this.entries.push('end');
  }
}

/** Feeds `text` in segments of `size` bytes, always from the same buffer, as a socket would. */
function read(text: string, size: number): string[] {
  const notes = new Notes();
  const reader = new ChunkReader(notes);
  const buffer = Buffer.alloc(size);
  for (let at = 0; at < text.length; at += size) {
    reader.read(buffer, buffer.write(text.slice(at, at + size), 'latin1'));
  }
  return notes.entries;
}

test('chunks and answers are the same however the bytes are cut into segments', () => {
  const expected = ['hello', 'x'.repeat(26), 'end', 'hello', 'x'.repeat(26), 'end'];
  for (let size = 1; size <= ANSWER.length * 2; size++) {
    assert.deepEqual(read(ANSWER + ANSWER, size), expected, `segments of ${size} bytes`);
  }
});

test('a chunk is complete with its last byte, before the line end that follows it', () => {
  assert.deepEqual(read(`${HEAD}5\r\nhello`, 1000), ['hello']);
  assert.deepEqual(read(`${HEAD}5\r\nhell`, 1000), []);
});

test('an answer that is no stream is handed over as it is, and nothing after it is read', () => {
  const busy = 'HTTP/1.1 503 Service Unavailable\r\ncontent-length: 2\r\n\r\n{}';
  assert.deepEqual(read(busy + ANSWER, 1000), [`refused ${busy}${ANSWER}`]);
  const whole = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}';
  assert.deepEqual(read(whole, whole.length), [`refused ${whole}`]);
});

test('a head without an end is refused instead of growing', () => {
  const [entry] = read(`HTTP/1.1 200 OK\r\n${'a'.repeat(20_000)}`, 1024);
  assert.match(entry ?? '', /^refused HTTP\/1\.1 200 OK/);
});

test('a chunk size that is no hexadecimal number throws', () => {
  assert.throws(() => read(`${HEAD}5g\r\nhello`, 1000), /no hexadecimal digit/);
});
