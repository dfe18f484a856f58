import { readTrace } from '../../lab/traces/trace-reader.ts';
import { TraceRequest } from '../../lab/traces/trace-source.ts';
import { TableSource } from '../../lab/traces/trace-table.ts';
import { HASH_WORDS } from '../../shared/block-hash.ts';

/** One line of a recording as a replay takes it. */
export interface RecordedLine {
  readonly arrivalUs: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
  readonly sessionKey: number | undefined;
  /** Of all full blocks of prompt and answer. */
  readonly hashes: Uint32Array;
}

/** Reads a recording as `fakeai replay` does. */
export async function recordedRequests(
  chunks: AsyncIterable<string> | Iterable<string>,
  blockSize: number,
): Promise<RecordedLine[]> {
  const source = new TableSource(await readTrace(chunks));
  const request = new TraceRequest();
  const lines: RecordedLine[] = [];
  while (source.next(request)) {
    const { arrivalUs, promptTokens, outputTokens, sessionKey, content } = request;
    const hashes = new Uint32Array(Math.floor(content.tokens / blockSize) * HASH_WORDS);
    content.writeHashes(blockSize, hashes);
    lines.push({ arrivalUs, promptTokens, outputTokens, sessionKey, hashes });
  }
  return lines;
}
