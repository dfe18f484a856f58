import { HASH_WORDS } from '../../shared/block-hash.ts';
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

/**
 * fakeai's own trace format, JSONL without any text of prompts or answers.
 *
 * The first line is the header: `{"fakeai_trace":1,"block_size":16}`. Then one request a line:
 *
 *   {"arrival_us":1200,"prompt_tokens":40,"output_tokens":9,"session":7,"hashes":"..."}
 *
 * - `arrival_us`: arrival from the start of the trace. Lines may be in any order. Instead of it, a
 *   later turn of a session may have `think_us`: it arrives that long after the answer before it.
 * - `session` (optional): number of the conversation, any integer from 0.
 * - `hashes` (optional): base64 of the chained block hashes, 8 bytes each (lo, hi as little-endian
 *   32-bit words), of the full blocks of `block_size` tokens of prompt and answer. Fewer are
 *   allowed; the rest of the request then shares nothing. A replay with that block size routes by
 *   these very hashes.
 */
export interface RecordedHeader {
  readonly blockSize: number;
}

/** A request as it is recorded: `thinkUs` stands for the arrival time of a turn that waits. */
export interface RecordedRequest {
  readonly arrivalUs: number;
  readonly thinkUs?: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
  readonly session?: number;
  /** Chained block hashes as (lo, hi) pairs. */
  readonly hashes: Uint32Array;
}

const VERSION = 1;
const HASH_BYTES = HASH_WORDS * 4;
const TIME_US_MAX = 1e15;

/** The header line, with its line end. */
export function formatRecordedHeader(header: RecordedHeader): string {
  return `{"fakeai_trace":${VERSION},"block_size":${header.blockSize}}\n`;
}

/** The line of one request, with its line end. */
export function formatRecord(request: RecordedRequest): string {
  const { hashes } = request;
  const row = {
    ...(request.thinkUs === undefined
      ? { arrival_us: request.arrivalUs }
      : { think_us: request.thinkUs }),
    prompt_tokens: request.promptTokens,
    output_tokens: request.outputTokens,
    ...(request.session === undefined ? {} : { session: request.session }),
    ...(hashes.length === 0 ? {} : { hashes: encodeHashes(hashes) }),
  };
  return `${JSON.stringify(row)}\n`;
}

/** The header that `line` is, or undefined if the line is no header of this format. */
export function parseRecordedHeader(line: string): RecordedHeader | undefined {
  if (!line.includes('"fakeai_trace"')) return undefined;
  const header = objectLine(line);
  if (header.fakeai_trace !== VERSION) {
    throw new TraceFault(
      `fakeai_trace is ${show(header.fakeai_trace)}; this version reads ${VERSION}`,
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
    const count = bytes.length / HASH_BYTES;
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

function encodeHashes(hashes: Uint32Array): string {
  const bytes = Buffer.allocUnsafe(hashes.length * 4);
  for (let word = 0; word < hashes.length; word++) bytes.writeUInt32LE(hashes[word]!, word * 4);
  return bytes.toString('base64');
}
