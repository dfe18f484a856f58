import { HASH_WORDS } from './block-hash.ts';

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

export const RECORDED_VERSION = 1;
/** Bytes of one block's hash, before base64. */
export const RECORDED_HASH_BYTES = HASH_WORDS * 4;

/** The header line, with its line end. */
export function formatRecordedHeader(header: RecordedHeader): string {
  return `{"fakeai_trace":${RECORDED_VERSION},"block_size":${header.blockSize}}\n`;
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

function encodeHashes(hashes: Uint32Array): string {
  const bytes = Buffer.allocUnsafe(hashes.length * 4);
  for (let word = 0; word < hashes.length; word++) bytes.writeUInt32LE(hashes[word]!, word * 4);
  return bytes.toString('base64');
}
