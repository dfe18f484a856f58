import { HASH_WORDS } from '../../shared/block-hash.ts';
import {
  RECORDED_HASH_BYTES,
  RECORDED_VERSION,
  type RecordedHeader,
} from '../../shared/recorded-trace.ts';
import { MAX_CONTENT_TOKENS } from './content.ts';
import {
  integerField,
  objectLine,
  type RowParser,
  setOutputTokens,
  show,
  TraceFault,
  type TraceRow,
} from './trace-row.ts';

const TIME_US_MAX = 1e15;

/** The header that `line` is, or undefined if the line is no header of this format. */
export function parseRecordedHeader(line: string): RecordedHeader | undefined {
  if (!line.includes('"fakeai_trace"')) return undefined;
  const header = objectLine(line);
  if (header.fakeai_trace !== RECORDED_VERSION) {
    throw new TraceFault(
      `fakeai_trace is ${show(header.fakeai_trace)}; this version reads ${RECORDED_VERSION}`,
    );
  }
  return { blockSize: integerField(header, 'block_size', 1, 65_536) };
}

export class RecordedParser implements RowParser {
  readonly #blockSize: number;
  #hashes = new Uint32Array(1024);

  constructor(header: RecordedHeader) {
    this.#blockSize = header.blockSize;
  }

  parse(line: string, into: TraceRow): void {
    const row = objectLine(line);
    into.promptTokens = integerField(row, 'prompt_tokens', 1, MAX_CONTENT_TOKENS);
    setOutputTokens(into, integerField(row, 'output_tokens', 0, MAX_CONTENT_TOKENS));
    into.sessionKey =
      row.session === undefined
        ? undefined
        : integerField(row, 'session', 0, Number.MAX_SAFE_INTEGER);
    into.waits = row.think_us !== undefined;
    if (into.waits && into.sessionKey === undefined) {
      throw new TraceFault('think_us without a session; expected the session that it waits for');
    }
    const time = into.waits ? 'think_us' : 'arrival_us';
    into.timeUs = integerField(row, time, 0, TIME_US_MAX);
    this.#parseHashes(row.hashes, into);
  }

  #parseHashes(text: unknown, into: TraceRow): void {
    into.content.clear();
    if (text === undefined) return;
    if (typeof text !== 'string') {
      throw new TraceFault(`hashes is ${show(text)}; expected base64 of 8 bytes a block`);
    }
    const bytes = Buffer.from(text, 'base64');
    const count = bytes.length / RECORDED_HASH_BYTES;
    const total = into.promptTokens + into.outputTokens;
    const blocksMax = Math.floor(total / this.#blockSize);
    if (!Number.isInteger(count) || count > blocksMax || bytes.toString('base64') !== text) {
      throw new TraceFault(
        `hashes is ${show(text)}; expected base64 of 8 bytes for each of at most ` +
          `${blocksMax} blocks`,
      );
    }
    const words = count * HASH_WORDS;
    if (this.#hashes.length < words) this.#hashes = new Uint32Array(words * 2);
    for (let word = 0; word < words; word++) this.#hashes[word] = bytes.readUInt32LE(word * 4);
    into.content.assignHashes(this.#hashes, count, this.#blockSize);
  }
}
