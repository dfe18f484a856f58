import { test } from 'node:test';
import { readTrace } from '../../lab/traces/trace-reader.ts';
import { chunksOf, missing } from '../lab/traces/real-trace.ts';
import { assertWithin, hitRate, resultOf } from './cluster.ts';

/** The comparison with Dynamo's replay in docs/validation.md. */

const CONVERSATION = 'mooncake_conversation_trace.jsonl';

/** What Dynamo 1.3.1 printed, in milliseconds; 5,859 blocks of 512 tokens a worker. */
const PRINTED = {
  'round-robin': { ttftMean: 311.6, ttftP99: 2037.1, e2eMean: 2556.8, itlMean: 6.57, itlP99: 8.18 },
  dynamo: { ttftMean: 250.4, ttftP99: 1627.6, e2eMean: 2439.7, itlMean: 6.41, itlP99: 7.71 },
} as const;

for (const [policy, ttftMin, hits] of [
  ['round-robin', 0.985, 0.12],
  // Where only prompts are computed, a pass of Dynamo takes 5.74 ms more, 2.3 % of the mean TTFT.
  ['dynamo', 0.97, 0.2847],
] as const) {
  test(`${policy} on eight workers is within 1.5 % of the figures of Dynamo's replay`, {
    skip: missing(CONVERSATION),
  }, async () => {
    const table = await readTrace(chunksOf(CONVERSATION));
    const result = resultOf({
      trace: { kind: 'table', table },
      policy,
      workers: 8,
      blockSize: 512,
      kvTokens: 5859 * 512,
    });
    const { ttftMs, e2eMs, itlMs } = result.latencies;
    const theirs = PRINTED[policy];
    for (const [what, ours, printed, min] of [
      ['mean TTFT', ttftMs.mean, theirs.ttftMean, ttftMin],
      ['p99 TTFT', ttftMs.p99, theirs.ttftP99, 0.985],
      ['mean E2E', e2eMs.mean, theirs.e2eMean, 0.985],
      ['mean ITL', itlMs.mean, theirs.itlMean, 0.985],
      ['p99 ITL', itlMs.p99, theirs.itlP99, 0.985],
    ] as const) {
      assertWithin((ours ?? Number.NaN) / printed, min, 1.015, what);
    }
    assertWithin(hitRate(result) - hits, -0.005, 0.005, 'hit rate');
  });
}
