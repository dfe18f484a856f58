import { readTrace } from '../../lab/traces/trace-reader.ts';
import type { TraceTable } from '../../lab/traces/trace-table.ts';
import {
  formatRecord,
  formatRecordedHeader,
  type RecordedRequest,
} from '../../shared/recorded-trace.ts';

const BLOCK_SIZE = 16;
const REQUEST: RecordedRequest = {
  arrivalUs: 0,
  promptTokens: 100,
  outputTokens: 10,
  hashes: new Uint32Array(0),
};

/** The requests as a trace. Without hashes they share nothing, but for turns of one session. */
export function tableOf(requests: readonly Partial<RecordedRequest>[]): Promise<TraceTable> {
  const lines = requests.map((request) => formatRecord({ ...REQUEST, ...request }));
  return readTrace([formatRecordedHeader({ blockSize: BLOCK_SIZE }), ...lines]);
}
