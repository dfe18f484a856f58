import { test } from 'node:test';
import { readTrace } from '../../lab/traces/trace-reader.ts';
import { chunksOf, missing } from '../lab/traces/real-trace.ts';
import { assertWithin, resultOf } from './cluster.ts';

/** The comparison with Dynamo's replay in docs/validation.md. */

const CONVERSATION = 'mooncake_conversation_trace.jsonl';

/** What Dynamo 1.3.1 printed, in milliseconds; 5,859 blocks of 512 tokens a worker. */
const ROUND_ROBIN = {
  ttftMean: 311.6,
  ttftP99: 2037.1,
  e2eMean: 2556.8,
  itlMean: 6.57,
  itlP99: 8.18,
};

test("round-robin on eight workers is within 1.5 % of every figure of Dynamo's replay", {
  skip: missing(CONVERSATION),
}, async () => {
  const table = await readTrace(chunksOf(CONVERSATION));
  const { ttftMs, e2eMs, itlMs } = resultOf({
    trace: { kind: 'table', table },
    policy: 'round-robin',
    workers: 8,
    blockSize: 512,
    kvTokens: 5859 * 512,
  }).latencies;
  for (const [what, ours, theirs] of [
    ['mean TTFT', ttftMs.mean, ROUND_ROBIN.ttftMean],
    ['p99 TTFT', ttftMs.p99, ROUND_ROBIN.ttftP99],
    ['mean E2E', e2eMs.mean, ROUND_ROBIN.e2eMean],
    ['mean ITL', itlMs.mean, ROUND_ROBIN.itlMean],
    ['p99 ITL', itlMs.p99, ROUND_ROBIN.itlP99],
  ] as const) {
    assertWithin((ours ?? Number.NaN) / theirs, 0.985, 1.015, what);
  }
});
